/* SPDX-License-Identifier: BSD-3-Clause */
#include "passed.h"

#include "say.h"

#include <stddef.h>
#include <string.h>

/* Options of tshark that are taken, and have a value: after one letter, or as one word. */
static const char letters_with_value[] = "cCdFHKMNoRwWXz";
static const char *const words_with_value[] = {"--enable-protocol",
                                               "--disable-protocol",
                                               "--enable-heuristic",
                                               "--disable-heuristic",
                                               "--only-protocols",
                                               "--capture-comment",
                                               "--temp-dir",
                                               "--log-",
                                               NULL};

/* The same without one. */
static const char letters_alone[] = "2nlq";
static const char *const words_alone[] = {"--disable-all-protocols", NULL};

/* Those that caw has itself. */
static const char letters_of_ours[] = "rifY";
static const char *const words_of_ours[] = {"--capture-filter", "--display-filter", "--read-file",
                                            "--interface", NULL};

static bool begins_with_one_of(const char *argument, const char *const *words) {
    while (*words && strncmp(argument, *words, strlen(*words)) != 0)
        words++;
    return *words != NULL;
}

static bool is_letter_of(const char *argument, const char *letters) {
    return argument[0] == '-' && argument[1] && strchr(letters, argument[1]);
}

/* How many arguments the option is, with its value; 0: it is not taken, or its value is missing. */
static int option_size(char *const *arguments) {
    const char *option = arguments[0];
    bool word = begins_with_one_of(option, words_with_value);

    if (is_letter_of(option, letters_alone) && !option[2])
        return 1;
    if (begins_with_one_of(option, words_alone))
        return 1;
    if (!word && !is_letter_of(option, letters_with_value))
        return 0;
    if (word ? strchr(option, '=') != NULL : option[2] != '\0')
        return 1;
    return arguments[1] ? 2 : 0;
}

static void say_why_not(const char *option) {
    if (option[0] != '-' || !option[1])
        say("unexpected argument after --: %s (there are options of tshark, and files before it)",
            option);
    else if (is_letter_of(option, letters_of_ours) || begins_with_one_of(option, words_of_ours))
        say("option %s goes before --", option);
    else if (begins_with_one_of(option, words_with_value) ||
             is_letter_of(option, letters_with_value))
        say("option %s needs a value", option);
    else
        say("option %s does nothing here or spoils the lines (for tshark's own output run tshark)",
            option);
}

static bool writes_among_lines(char *const *arguments) {
    return strcmp(arguments[0], "-w-") == 0 ||
           (strcmp(arguments[0], "-w") == 0 && arguments[1] && strcmp(arguments[1], "-") == 0);
}

bool passed_are_good(char *const *arguments) {
    while (*arguments) {
        int size = option_size(arguments);
        if (size == 0) {
            say_why_not(*arguments);
            return false;
        }
        if (writes_among_lines(arguments)) {
            say("tshark -w - would write packets among the lines");
            return false;
        }
        arguments += size;
    }
    return true;
}

bool passed_has(const char *option) {
    return is_letter_of(option, letters_with_value) || is_letter_of(option, letters_alone);
}
