/* Test-only stand-in for Windows 10's icuuc.dll: Wine 8 has none, Qt >= 6.10 imports it.
   Every converter open fails with U_FILE_ACCESS_ERROR, so Qt falls back to "codec not available". */
#include <stddef.h>
#include <stdint.h>
#define X __declspec(dllexport)
typedef int32_t UErrorCode;
X void *ucnv_open(const char *n, UErrorCode *e){ if(e) *e=4; return NULL; }
X void ucnv_close(void *c){}
X void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void){}
X void UCNV_TO_U_CALLBACK_SUBSTITUTE(void){}
X void ucnv_reset(void *c){}
X int8_t ucnv_getMaxCharSize(void *c){ return 4; }
X const char *ucnv_getName(void *c, UErrorCode *e){ if(e) *e=4; return NULL; }
X void ucnv_getToUCallBack(void *c, void **a, const void **b){}
X void ucnv_getFromUCallBack(void *c, void **a, const void **b){}
X void ucnv_setToUCallBack(void *c, void *n, const void *nc, void **o, const void **oc, UErrorCode *e){ if(e) *e=4; }
X void ucnv_setFromUCallBack(void *c, void *n, const void *nc, void **o, const void **oc, UErrorCode *e){ if(e) *e=4; }
X void ucnv_cbToUWriteUChars(void *a, const void *s, int32_t l, int32_t o, UErrorCode *e){ if(e) *e=4; }
X void ucnv_cbFromUWriteUChars(void *a, const void **s, const void *l, int32_t o, UErrorCode *e){ if(e) *e=4; }
X void ucnv_toUnicode(void *c, void **t, const void *tl, const char **s, const char *sl, int32_t *o, int8_t f, UErrorCode *e){ if(e) *e=4; }
X void ucnv_fromUnicode(void *c, char **t, const char *tl, const void **s, const void *sl, int32_t *o, int8_t f, UErrorCode *e){ if(e) *e=4; }
X int32_t ucnv_toUCountPending(const void *c, UErrorCode *e){ return 0; }
X int32_t ucnv_fromUCountPending(const void *c, UErrorCode *e){ return 0; }
X const char *ucnv_getStandardName(const char *n, const char *s, UErrorCode *e){ if(e) *e=4; return NULL; }
X const char *ucnv_getAvailableName(int32_t n){ return NULL; }
X int32_t ucnv_countAvailable(void){ return 0; }

/* No C library is linked, so that building takes seconds: the loader's entry is our own. */
__declspec(dllexport) int __stdcall DllMainCRTStartup(void *module, unsigned long reason, void *reserved) { return 1; }
