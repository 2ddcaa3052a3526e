/*
 * One sentence for a person: what was given, what is allowed, where. Filled by whoever refuses,
 * printed by the cli.
 */
#ifndef TOPOLOGY_FAULT_H
#define TOPOLOGY_FAULT_H

enum { FAULT_TEXT_BYTES = 512 };

struct fault {
	char text[FAULT_TEXT_BYTES];
};

/**
 * fault_set() - say why something is refused.
 *
 * @fault:  out, may be NULL; a longer sentence is cut.
 * @error:  the negative errno that the caller is about to return.
 *
 * Return: @error, so that a refusal is one statement.
 */
__attribute__((format(printf, 3, 4))) int fault_set(struct fault *fault, int error,
						    const char *format, ...);

/**
 * fault_prefix() - put the place ("quick.ini:12: ") before a sentence already set.
 *
 * Return: @error.
 */
__attribute__((format(printf, 3, 4))) int fault_prefix(struct fault *fault, int error,
						       const char *format, ...);

#endif
