/* SPDX-License-Identifier: ISC */
/*
 * Only what nobody may write is let go of: it is as it stands in the file,
 * but for objects that are relocated in their code.
 */
#include "worker_memory.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whether an object's dynamic section tells of relocations in its code. */
static bool is_changed(const struct dl_phdr_info *object,
    const ElfW(Phdr) *segment)
{
	const ElfW(Dyn) *entry =
	    (const ElfW(Dyn) *)(object->dlpi_addr + segment->p_vaddr);

	for (; entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS &&
		    (entry->d_un.d_val & DF_TEXTREL) != 0))
			return true;

	return false;
}

static void forget_segment(const struct dl_phdr_info *object,
    const ElfW(Phdr) *segment)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = object->dlpi_addr + segment->p_vaddr;
	uintptr_t end = begin + segment->p_memsz;

	begin -= begin % page;
	/* What is kept although we do not need it does no harm. */
	madvise((void *)begin, end - begin, MADV_DONTNEED);
}

static int forget_object(struct dl_phdr_info *object, size_t size,
    void *argument)
{
	const ElfW(Phdr) *segments = object->dlpi_phdr;

	(void)size;
	(void)argument;
	for (int i = 0; i < object->dlpi_phnum; i++)
		if (segments[i].p_type == PT_DYNAMIC &&
		    is_changed(object, &segments[i]))
			return 0;

	for (int i = 0; i < object->dlpi_phnum; i++)
		if (segments[i].p_type == PT_LOAD &&
		    (segments[i].p_flags & PF_W) == 0)
			forget_segment(object, &segments[i]);
	return 0;
}

void worker_memory_forget_code(void)
{
	dl_iterate_phdr(forget_object, NULL);
}
