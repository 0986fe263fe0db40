/* Test-only WinRT class Windows.UI.ViewManagement.UISettings for Wine 8 (Qt >= 6.6 aborts without it). */
#define COBJMACROS
#include <windows.h>
#include <stdint.h>
typedef struct { BYTE A,R,G,B; } Color;
static const GUID iUnk={0,0,0,{0xC0,0,0,0,0,0,0,0x46}};
static const GUID iInsp={0xAF86E2E0,0xB12D,0x4c6a,{0x9C,0x5A,0xD7,0xAA,0x65,0x10,0x1E,0x90}};
static const GUID iFac={0x00000035,0,0,{0xC0,0,0,0,0,0,0,0x46}};
static const GUID iAgile={0x94ea2b94,0xe9cc,0x49e0,{0xc0,0xff,0xee,0x64,0xca,0x8f,0x5b,0x90}};
static const GUID iS[5]={
 {0x85361600,0x1C63,0x4627,{0xBC,0xB1,0x3A,0x89,0xE0,0xBC,0x9C,0x55}},
 {0xBAD82401,0x2721,0x44F9,{0xBB,0x91,0x2B,0xB2,0x28,0xBE,0x44,0x2F}},
 {0x03021BE4,0x5254,0x4781,{0x81,0x94,0x51,0x68,0xF7,0xD0,0x6D,0x7B}},
 {0x52BB3002,0x919B,0x4D6B,{0x9B,0x78,0x8D,0xD6,0x6F,0xF4,0xB9,0x3B}},
 {0x5349D588,0x0CB5,0x5F05,{0xBD,0x34,0x70,0x6B,0x32,0x31,0xF0,0xBD}}};
typedef struct Obj Obj; typedef struct { void **v; Obj *o; } If; struct Obj { If i[5]; LONG rc; };
static HRESULT WINAPI QI(If *t, const GUID *g, void **out){
  if(IsEqualGUID(g,&iUnk)||IsEqualGUID(g,&iInsp)||IsEqualGUID(g,&iAgile)){ InterlockedIncrement(&t->o->rc); *out=&t->o->i[0]; return 0; }
  for(int k=0;k<5;k++) if(IsEqualGUID(g,&iS[k])){ InterlockedIncrement(&t->o->rc); *out=&t->o->i[k]; return 0; }
  *out=0; return E_NOINTERFACE; }
static ULONG WINAPI AddRef_(If *t){ return InterlockedIncrement(&t->o->rc); }
static ULONG WINAPI Rel(If *t){ return InterlockedDecrement(&t->o->rc); } /* leaks on purpose */
static HRESULT WINAPI Iids(void*t,ULONG*n,GUID**g){ *n=0;*g=0; return 0; }
static HRESULT WINAPI Name(void*t,void**h){ *h=0; return 0; }
static HRESULT WINAPI Trust(void*t,int*l){ *l=0; return 0; }
static HRESULT WINAPI NI(void*t){ return E_NOTIMPL; }
static HRESULT WINAPI GetB(void*t,BYTE*b){ *b=1; return 0; }
static HRESULT WINAPI GetD(void*t,double*d){ *d=1.0; return 0; }
static HRESULT WINAPI GetU(void*t,UINT32*d){ *d=500; return 0; }
static HRESULT WINAPI Add(void*t,void*h,int64_t*tok){ *tok=1; return 0; }
static HRESULT WINAPI Rem(void*t,int64_t tok){ return 0; }
static HRESULT WINAPI GetColor(void*t,int ty,Color*c){
  static const DWORD a[10]={0xFFFFFF,0x000000,0x001A68,0x003E92,0x0067C0,0x0078D4,0x0091F8,0x4CC2FF,0x99EBFF,0};
  DWORD x=(ty>=0&&ty<10)?a[ty]:0; c->A=255;c->R=x>>16;c->G=x>>8;c->B=x; return 0; }
#define B (void*)QI,(void*)AddRef_,(void*)Rel,(void*)Iids,(void*)Name,(void*)Trust
static void *v0[]={B,(void*)NI,(void*)NI,(void*)NI,(void*)NI,(void*)NI,(void*)GetU,(void*)GetB,(void*)GetB,(void*)GetU,(void*)GetU,(void*)GetU,(void*)GetU,(void*)NI};
static void *v1[]={B,(void*)GetD,(void*)Add,(void*)Rem};
static void *v2[]={B,(void*)GetColor,(void*)Add,(void*)Rem};
static void *v3[]={B,(void*)GetB,(void*)Add,(void*)Rem};
static void *v4[]={B,(void*)GetB,(void*)Add,(void*)Rem};
static HRESULT WINAPI FQI(void*t,const GUID*g,void**o){ if(IsEqualGUID(g,&iUnk)||IsEqualGUID(g,&iInsp)||IsEqualGUID(g,&iFac)||IsEqualGUID(g,&iAgile)){*o=t;return 0;} *o=0; return E_NOINTERFACE; }
static ULONG WINAPI F1(void*t){return 2;}
static HRESULT WINAPI Act(void*t,void**o){ Obj*x=HeapAlloc(GetProcessHeap(),8,sizeof*x); void**vs[5]={v0,v1,v2,v3,v4}; for(int k=0;k<5;k++){x->i[k].v=vs[k];x->i[k].o=x;} x->rc=1; *o=&x->i[0]; return 0; }
static void *fv[]={(void*)FQI,(void*)F1,(void*)F1,(void*)Iids,(void*)Name,(void*)Trust,(void*)Act}; static struct{void**v;} fac={fv};
__declspec(dllexport) HRESULT WINAPI DllGetActivationFactory(void*cls,void**f){ *f=&fac; return 0; }
__declspec(dllexport) HRESULT WINAPI DllCanUnloadNow(void){ return S_FALSE; }

/* No C library is linked, so that building takes seconds: the loader's entry is our own. */
__declspec(dllexport) int __stdcall DllMainCRTStartup(void *module, unsigned long reason, void *reserved) { return 1; }
