/* SPDX-License-Identifier: BSD-3-Clause */
/* Npcap, the libpcap of Windows, is loaded when it is first needed: most of caw does not. */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>

static const char not_there[] =
    "to capture, Npcap must be installed (npcap.com), and it is not; files and pipes need none";

/* Its installer leaves the folder of the system to others, unless it is told to. */
static HMODULE load(void) {
    wchar_t path[MAX_PATH + 32];
    UINT length = GetSystemDirectoryW(path, MAX_PATH);

    swprintf(path + length, 32, L"%ls", L"\\Npcap\\wpcap.dll");
    HMODULE found = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    swprintf(path + length, 32, L"%ls", L"\\wpcap.dll");
    return found ? found : LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

typedef void function(void);

/* NULL: it is not there. */
static function *find(const char *name) {
    static HMODULE library;
    static bool looked;

    if (!looked)
        library = load();
    looked = true;
    return library ? (function *)GetProcAddress(library, name) : NULL;
}

/* A function that does what theirs does, and without theirs something else. */
#define FORWARD(type, name, parameters, arguments, otherwise)                                      \
    type name parameters {                                                                         \
        static type(*theirs) parameters;                                                           \
        if (!theirs)                                                                               \
            theirs = (type(*) parameters)find(#name);                                              \
        return theirs ? theirs arguments : (otherwise);                                            \
    }

#define FORWARD_VOID(name, parameters, arguments)                                                  \
    void name parameters {                                                                         \
        static void(*theirs) parameters;                                                           \
        if (!theirs)                                                                               \
            theirs = (void(*) parameters)find(#name);                                              \
        if (theirs)                                                                                \
            theirs arguments;                                                                      \
    }

/* What is called first says why nothing else will be. */
#define REFUSE(problem, result) (snprintf(problem, PCAP_ERRBUF_SIZE, "%s", not_there), (result))

FORWARD(pcap_t *, pcap_create, (const char *device, char *problem), (device, problem),
        REFUSE(problem, NULL))
FORWARD(int, pcap_findalldevs, (pcap_if_t * *all, char *problem), (all, problem),
        REFUSE(problem, PCAP_ERROR))
FORWARD(pcap_t *, pcap_open_dead, (int link, int length), (link, length), NULL)

FORWARD(int, pcap_set_snaplen, (pcap_t * pcap, int length), (pcap, length), PCAP_ERROR)
FORWARD(int, pcap_set_promisc, (pcap_t * pcap, int on), (pcap, on), PCAP_ERROR)
FORWARD(int, pcap_set_timeout, (pcap_t * pcap, int milliseconds), (pcap, milliseconds), PCAP_ERROR)
FORWARD(int, pcap_set_tstamp_precision, (pcap_t * pcap, int which), (pcap, which), PCAP_ERROR)
FORWARD(int, pcap_set_buffer_size, (pcap_t * pcap, int bytes), (pcap, bytes), PCAP_ERROR)
FORWARD(int, pcap_activate, (pcap_t * pcap), (pcap), PCAP_ERROR)
FORWARD(int, pcap_set_datalink, (pcap_t * pcap, int link), (pcap, link), PCAP_ERROR)
FORWARD(int, pcap_datalink, (pcap_t * pcap), (pcap), PCAP_ERROR)
FORWARD(int, pcap_setnonblock, (pcap_t * pcap, int on, char *problem), (pcap, on, problem),
        PCAP_ERROR)
FORWARD(int, pcap_get_tstamp_precision, (pcap_t * pcap), (pcap), PCAP_TSTAMP_PRECISION_MICRO)
FORWARD(int, pcap_next_ex, (pcap_t * pcap, struct pcap_pkthdr **header, const u_char **bytes),
        (pcap, header, bytes), PCAP_ERROR)
FORWARD(int, pcap_stats, (pcap_t * pcap, struct pcap_stat *counts), (pcap, counts), PCAP_ERROR)
FORWARD(char *, pcap_geterr, (pcap_t * pcap), (pcap), NULL)
FORWARD(const char *, pcap_statustostr, (int code), (code), not_there)
FORWARD_VOID(pcap_close, (pcap_t * pcap), (pcap))
FORWARD_VOID(pcap_freealldevs, (pcap_if_t * all), (all))

FORWARD(int, pcap_compile,
        (pcap_t * pcap, struct bpf_program *program, const char *filter, int optimize,
         bpf_u_int32 mask),
        (pcap, program, filter, optimize, mask), PCAP_ERROR)
FORWARD(int, pcap_setfilter, (pcap_t * pcap, struct bpf_program *program), (pcap, program),
        PCAP_ERROR)
FORWARD(int, pcap_offline_filter,
        (const struct bpf_program *program, const struct pcap_pkthdr *header, const u_char *bytes),
        (program, header, bytes), 0)
FORWARD_VOID(pcap_freecode, (struct bpf_program * program), (program))
