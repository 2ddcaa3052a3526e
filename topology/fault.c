#include "topology/fault.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * What the user gave is quoted in most sentences and may be anything; a newline or a terminal's
 * escape sequence in it must not reach the screen. Bytes from 128 on stay, so that names in UTF-8
 * stay readable.
 */
static void fault_clean(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}

int fault_set(struct fault *fault, int error, const char *format, ...)
{
	va_list arguments;

	if (!fault)
		return error;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	fault_clean(fault->text);
	return error;
}

int fault_prefix(struct fault *fault, int error, const char *format, ...)
{
	char place[FAULT_TEXT_BYTES];
	va_list arguments;

	if (!fault)
		return error;
	va_start(arguments, format);
	vsnprintf(place, sizeof(place), format, arguments);
	va_end(arguments);
	fault_clean(place);

	const size_t length = strlen(place);
	const size_t room = sizeof(fault->text) - 1 - length;
	const size_t kept = strnlen(fault->text, room);

	memmove(fault->text + length, fault->text, kept);
	memcpy(fault->text, place, length);
	fault->text[length + kept] = '\0';
	return error;
}
