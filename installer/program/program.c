/* Celery Launcher's executables: `-DWINDOW` the one with the window, else the terminal's.

   Each runs the Python of the folder `runtime` beside it in its own process, so that the task bar,
   the task manager and a pinned icon show this file, and ending it ends the launcher. Without C
   library and start files: only the system's own DLLs are needed to say that something is missing.

   While one runs it holds a mutex, by which the installer knows. */

#include <windows.h>
#include <shellapi.h>

#define NAME L"Celery Launcher"
#define MUTEX L"Local\\CeleryLauncher"
#define PATH_LIMIT 32768
#define TOLD_LIMIT 1500

typedef int (*python_main)(int, wchar_t **);

static wchar_t place[PATH_LIMIT];

static void say(const wchar_t *words) {
#ifdef WINDOW
    MessageBoxW(NULL, words, NAME, MB_OK | MB_ICONERROR | MB_SETFOREGROUND);
#else
    HANDLE out = GetStdHandle(STD_ERROR_HANDLE);
    DWORD done;
    char bytes[2048];
    int count = WideCharToMultiByte(CP_UTF8, 0, words, -1, bytes, sizeof bytes - 1, NULL, NULL);
    if (count > 0) {
        bytes[count - 1] = '\n';
        WriteFile(out, bytes, (DWORD)count, &done, NULL);
    }
#endif
}

#ifdef WINDOW
/* What Python says on its standard error, which a program with a window does not have: the last of
   it is shown when the program ends badly. */
static char told[TOLD_LIMIT + 1];
static DWORD told_count;

static DWORD WINAPI hear(void *pipe) {
    static char chunk[512];
    DWORD got;
    while (ReadFile((HANDLE)pipe, chunk, sizeof chunk, &got, NULL) && got) {
        DWORD over = told_count + got > TOLD_LIMIT ? told_count + got - TOLD_LIMIT : 0;
        for (DWORD i = over; i < told_count; i++)
            told[i - over] = told[i];
        told_count -= over;
        for (DWORD i = 0; i < got; i++)
            told[told_count++] = chunk[i];
    }
    return 0;
}

static void say_what_was_told(int code, HANDLE writing, HANDLE listener) {
    static wchar_t words[TOLD_LIMIT + 200];
    int count = wsprintfW(words, L"Celery Launcher ended with code %d.\n\n", code);
    CloseHandle(writing);
    WaitForSingleObject(listener, 2000);
    MultiByteToWideChar(CP_UTF8, 0, told, -1, words + count, TOLD_LIMIT);
    say(words);
}
#endif

static int run(void) {
    int given, count = 0;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &given);
    wchar_t **passed = HeapAlloc(GetProcessHeap(), 0, (SIZE_T)(given + 8) * sizeof *passed);
    DWORD length = GetModuleFileNameW(NULL, place, PATH_LIMIT - 64);
    if (!words || !passed || !length)
        return 1;
    passed[count++] = words[0];
    passed[count++] = L"-X";
    passed[count++] = L"utf8";
    passed[count++] = L"-m";
    passed[count++] = L"launcher";
#ifdef WINDOW
    passed[count++] = L"window";
#endif
    for (int i = 1; i < given; i++)
        passed[count++] = words[i];
    passed[count] = NULL;

    while (length && place[length - 1] != L'\\')
        length--;
    lstrcpyW(place + length, L"runtime\\" PYTHON_DLL);
    /* The other DLLs that it needs lie beside it. */
    HMODULE python = LoadLibraryExW(place, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    python_main start = python ? (python_main)(void *)GetProcAddress(python, "Py_Main") : NULL;
    if (!start) {
        static wchar_t failed[PATH_LIMIT + 200];
        wsprintfW(failed, L"Celery Launcher is damaged (error %u). Install it again.",
                  (unsigned)GetLastError());
        say(failed);
        return 1;
    }
    return start(count, passed);
}

void entry(void) {
    SetLastError(0);
    /* Held until this process has ended. */
    CreateMutexW(NULL, FALSE, MUTEX);
#ifdef WINDOW
    HANDLE reading, writing, listener = NULL;
    if (CreatePipe(&reading, &writing, NULL, 0)) {
        /* Before Python's C library is loaded, which takes it from here. */
        SetStdHandle(STD_ERROR_HANDLE, writing);
        listener = CreateThread(NULL, 0, hear, reading, 0, NULL);
    }
    int code = run();
    if (code && listener && code != 130)
        say_what_was_told(code, writing, listener);
#else
    int code = run();
#endif
    ExitProcess((UINT)code);
}
