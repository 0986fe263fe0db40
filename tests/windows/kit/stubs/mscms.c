#include <windows.h>
/* Test-only mscms.dll for Wine 8: its WcsCreateIccProfile aborts the process (Qt 6.12). All calls fail politely. */
__declspec(dllexport) HANDLE WINAPI OpenColorProfileW(void*p,DWORD a,DWORD s,DWORD c){ SetLastError(ERROR_FILE_NOT_FOUND); return NULL; }
__declspec(dllexport) BOOL WINAPI CloseColorProfile(HANDLE h){ return TRUE; }
__declspec(dllexport) BOOL WINAPI GetColorProfileFromHandle(HANDLE h,BYTE*b,DWORD*n){ SetLastError(ERROR_FILE_NOT_FOUND); return FALSE; }
__declspec(dllexport) HANDLE WINAPI WcsCreateIccProfile(HANDLE h,DWORD o){ SetLastError(ERROR_FILE_NOT_FOUND); return NULL; }

/* No C library is linked, so that building takes seconds: the loader's entry is our own. */
__declspec(dllexport) int __stdcall DllMainCRTStartup(void *module, unsigned long reason, void *reserved) { return 1; }
