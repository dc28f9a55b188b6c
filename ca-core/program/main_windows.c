/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows begins with arguments in UTF-16, and with consoles that are not in UTF-8. */
#include "say.h"
#include "wide.h"

#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>

int main(int count, char **arguments);
int wmain(int count, wchar_t **arguments);

/* No shell has done it: "*.pcap" becomes what there is, but not in quotation marks. */
extern int _dowildcard;
int _dowildcard = -1;

int wmain(int count, wchar_t **arguments) {
    char **narrow = calloc((size_t)count + 1, sizeof *narrow);
    bool complete = narrow;

    for (int i = 0; complete && i < count; i++) {
        narrow[i] = wide_to_utf8(arguments[i]);
        complete = narrow[i];
    }
    UINT before = GetConsoleOutputCP();
    SetConsoleOutputCP(CP_UTF8);
    int status = complete ? main(count, narrow) : refuse("out of memory");
    SetConsoleOutputCP(before);
    for (int i = 0; narrow && i < count; i++)
        free(narrow[i]);
    free(narrow);
    return status;
}
