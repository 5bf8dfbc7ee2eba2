/* SPDX-License-Identifier: ISC */
/*
 * Only what nobody may write is let go of: it is as it stands in the file.
 * (Relocations are made in segments that may be written; Debian builds no
 * library for amd64 that has them in its code.)
 */
#include "worker_memory.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static int forget_object(struct dl_phdr_info *object, size_t size,
    void *argument)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)argument;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + segment->p_vaddr;
		uintptr_t end = begin + segment->p_memsz;

		if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
			continue;
		begin -= begin % page;
		madvise((void *)begin, end - begin, MADV_DONTNEED);
	}

	return 0;
}

void worker_memory_forget_code(void)
{
	dl_iterate_phdr(forget_object, NULL);
}
