/* SPDX-License-Identifier: ISC */
/*
 * Used by the build alone, never installed: prints what the table of options
 * says about itself, so that neither the manual nor the sample file can
 * disagree with the program.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "config/config.h"

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "manual") == 0) {
		config_print_manual(stdout);
	} else if (argc == 2 && strcmp(argv[1], "sample") == 0) {
		config_print_sample(stdout);
	} else {
		fputs("usage: confdoc manual | sample\n", stderr);
		return EX_USAGE;
	}

	/* A full disk must not leave half a manual behind. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("confdoc");
		return EX_IOERR;
	}
	return EX_OK;
}
