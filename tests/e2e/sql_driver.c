/* sql_driver FILE SQL: executes statements in a database that nobody has open: how
 * tests change what a program has stored. */
#include <sqlite3.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	char *error = NULL;
	sqlite3 *db;

	if (argc != 3 || sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 2;
	if (sqlite3_exec(db, argv[2], NULL, NULL, &error) != SQLITE_OK) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
