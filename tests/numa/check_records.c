/*
 * check_records RESULTS WITNESS NODES PUS-PER-NODE THREADS MEMORY...
 * A line for each complaint, and status 1 if there is one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/numa/records.h"

int main(int count, char **words)
{
	struct records_expected expected = { .share = 0.95 };
	FILE *results, *witness;
	unsigned complaints;

	if (count < 7) {
		fprintf(stderr, "check_records RESULTS WITNESS NODES PUS-PER-NODE THREADS "
				"MEMORY...\n");
		return 2;
	}
	results = fopen(words[1], "r");
	witness = fopen(words[2], "r");
	if (!results || !witness) {
		perror(results ? words[2] : words[1]);
		return 2;
	}
	expected.nodes = (unsigned)strtoul(words[3], NULL, 10);
	expected.pus_per_node = (unsigned)strtoul(words[4], NULL, 10);
	expected.threads = (unsigned)strtoul(words[5], NULL, 10);
	expected.memory = (const char *const *)words + 6;
	complaints = records_check(results, witness, &expected, stdout);
	fclose(results);
	fclose(witness);
	return complaints ? 1 : 0;
}
