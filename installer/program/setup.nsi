; The setup program. `python -m installer build` calls makensis with these defines:
;   VERSION NUMBERS PUBLISHER FILES ICON OUT TARGET METHOD WINDOW TERMINAL PYTHON_DLL [SIGN]
; Nothing here needs an administrator: all is written below the user's own folders and keys.
;
; Switches: /S silent, /D=FOLDER (last, unquoted), /NODESKTOP no shortcut on the desktop.
; Uninstall.exe: /S silent, /PURGE the data too.
; Exit codes: 0 done, 1 cancelled, 2 failed, 3 the program runs, 4 the folder holds something else.

Unicode true
Target ${TARGET}
SetCompressor /SOLID ${METHOD}
RequestExecutionLevel user
ManifestDPIAware true
Name "Celery Launcher"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Celery Launcher"
BrandingText "Celery Launcher ${VERSION}"
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow
!ifdef SIGN
  !uninstfinalize '${SIGN}' = 0
!endif

VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "Celery Launcher"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Celery Launcher Setup"
VIAddVersionKey CompanyName "${PUBLISHER}"
VIAddVersionKey LegalCopyright "MIT License"

!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include Sections.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\CeleryLauncher"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define DATA "$LOCALAPPDATA\celery-launcher"
!define MUTEX "Local\CeleryLauncher"
!define PYTHON "runtime\${PYTHON_DLL}"
!define RUNS 3
!define NOT_OURS 4

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_NODESC
!define MUI_FINISHPAGE_RUN "$INSTDIR\${WINDOW}"
!define MUI_FINISHPAGE_RUN_TEXT "Open Celery Launcher"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "Celery Launcher is removed from this computer. Mails, settings and logs in ${DATA} stay unless you tick them on the next page."

!insertmacro MUI_PAGE_COMPONENTS
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE LeaveFolder
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; Ends with RUNS while the program runs: it holds a mutex, and in another session of the same user
; its Python cannot be opened for writing.
!macro RefuseWhileRunning un
Function ${un}RefuseWhileRunning
  again:
  StrCpy $1 0
  System::Call 'kernel32::OpenMutexW(i 0x100000, i 0, w "${MUTEX}") p .r0'
  ${If} $0 P<> 0
    System::Call 'kernel32::CloseHandle(p r0)'
    StrCpy $1 1
  ${ElseIf} ${FileExists} "$INSTDIR\${PYTHON}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${PYTHON}" a
    ${If} ${Errors}
      StrCpy $1 1
    ${Else}
      FileClose $0
    ${EndIf}
  ${EndIf}
  ${If} $1 = 1
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Celery Launcher is running. Close its window (or type: celery-launcher down), then try again." /SD IDCANCEL IDRETRY again
    SetErrorLevel ${RUNS}
    Quit
  ${EndIf}
FunctionEnd
!macroend
!insertmacro RefuseWhileRunning ""
!insertmacro RefuseWhileRunning "un."

; $1 is 1 where $INSTDIR is new, empty or ours: the folders below are removed whole later.
Function IsOurs
  StrCpy $1 1
  ${IfNot} ${FileExists} "$INSTDIR\${TERMINAL}"
    FindFirst $0 $2 "$INSTDIR\*"
    ${DoWhile} $2 != ""
      ${If} $2 != "."
      ${AndIf} $2 != ".."
      ${AndIf} $2 != "new"
        StrCpy $1 0
      ${EndIf}
      FindNext $0 $2
    ${Loop}
    FindClose $0
  ${EndIf}
FunctionEnd

Function LeaveFolder
  Call IsOurs
  ${If} $1 = 0
    MessageBox MB_OK|MB_ICONEXCLAMATION "The folder $INSTDIR holds other files. Choose an empty one, or one that does not exist yet."
    Abort
  ${EndIf}
  Call RefuseWhileRunning
FunctionEnd

; Moves NAME to its place; $1 is 1 where it cannot.
!macro Take NAME
  ClearErrors
  Delete "$INSTDIR\${NAME}"
  Rename "$INSTDIR\new\${NAME}" "$INSTDIR\${NAME}"
  ${If} ${Errors}
    StrCpy $1 1
  ${EndIf}
!macroend

Section "Celery Launcher" Program
  SectionIn RO
  ${If} ${Silent}
    Call IsOurs
    ${If} $1 = 0
      SetErrorLevel ${NOT_OURS}
      Quit
    ${EndIf}
    Call RefuseWhileRunning
  ${EndIf}
  ; Unpacked beside what is there, which is replaced only once all has arrived.
  RMDir /r "$INSTDIR\new"
  SetOutPath "$INSTDIR\new"
  ClearErrors
  File /r "${FILES}"
  ${If} ${Errors}
    Abort "The files could not be written. Is there room on the disk?"
  ${EndIf}
  SetOutPath "$INSTDIR"
  RMDir /r "$INSTDIR\runtime"
  RMDir /r "$INSTDIR\app"
  StrCpy $1 0
  !insertmacro Take "runtime"
  !insertmacro Take "app"
  !insertmacro Take "${WINDOW}"
  !insertmacro Take "${TERMINAL}"
  !insertmacro Take "LICENSE.txt"
  !insertmacro Take "sbom.cdx.json"
  RMDir /r "$INSTDIR\new"
  ${If} $1 = 1
    Abort "A file of the earlier version could not be replaced. Restart Windows, then install again."
  ${EndIf}
  WriteUninstaller "$INSTDIR\Uninstall.exe"

  CreateShortcut "$SMPROGRAMS\Celery Launcher.lnk" "$INSTDIR\${WINDOW}" "" "$INSTDIR\${WINDOW}" 0 SW_SHOWNORMAL "" "Starts, watches and explains Django + Celery + RabbitMQ"

  WriteRegStr HKCU "${KEY}" DisplayName "Celery Launcher"
  WriteRegStr HKCU "${KEY}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${KEY}" DisplayIcon "$INSTDIR\${WINDOW}"
  WriteRegStr HKCU "${KEY}" Publisher "${PUBLISHER}"
  WriteRegStr HKCU "${KEY}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${KEY}" UninstallString '"$INSTDIR\Uninstall.exe"'
  WriteRegStr HKCU "${KEY}" QuietUninstallString '"$INSTDIR\Uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" NoModify 1
  WriteRegDWORD HKCU "${KEY}" NoRepair 1
  SectionGetSize ${Program} $0
  WriteRegDWORD HKCU "${KEY}" EstimatedSize $0
SectionEnd

Section "Shortcut on the desktop" Desktop
  CreateShortcut "$DESKTOP\Celery Launcher.lnk" "$INSTDIR\${WINDOW}" "" "$INSTDIR\${WINDOW}" 0
SectionEnd

Function .onInit
  ; An earlier version says where it is, unless /D= chose a folder.
  ${If} $INSTDIR == "$LOCALAPPDATA\Programs\Celery Launcher"
    ReadRegStr $0 HKCU "${KEY}" InstallLocation
    ${If} $0 != ""
      StrCpy $INSTDIR $0
    ${EndIf}
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/NODESKTOP" $1
  ${IfNot} ${Errors}
    !insertmacro UnselectSection ${Desktop}
  ${EndIf}
FunctionEnd

Function .onInstFailed
  RMDir /r "$INSTDIR\new"
  RMDir "$INSTDIR"
FunctionEnd

Section "un.Celery Launcher" UnProgram
  SectionIn RO
  Delete "$DESKTOP\Celery Launcher.lnk"
  Delete "$SMPROGRAMS\Celery Launcher.lnk"
  DeleteRegValue HKCU "${RUN_KEY}" "Celery Launcher"
SectionEnd

Section /o "un.Mails, settings, logs and passwords" UnData
  ; The store of the system keeps the passwords, which only the program can take out of it.
  nsExec::Exec '"$INSTDIR\${TERMINAL}" forget --yes'
  RMDir /r "${DATA}"
SectionEnd

; Lock files and what a killed demo left; nothing of ours runs any more.
Section "-un.Temporary"
  FindFirst $0 $1 "$TEMP\celery-launcher-*"
  ${DoWhile} $1 != ""
    RMDir /r "$TEMP\$1"
    FindNext $0 $1
  ${Loop}
  FindClose $0
SectionEnd

Section "-un.Files"
  RMDir /r "$INSTDIR\runtime"
  RMDir /r "$INSTDIR\app"
  Delete "$INSTDIR\${WINDOW}"
  Delete "$INSTDIR\${TERMINAL}"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\sbom.cdx.json"
  Delete "$INSTDIR\Uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${KEY}"
SectionEnd

Function un.onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/PURGE" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${UnData}
  ${EndIf}
  Call un.RefuseWhileRunning
FunctionEnd
