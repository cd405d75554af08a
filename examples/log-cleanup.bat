@echo off
rem Deletes old log files of one application, for RunBatScript.
rem
rem Only files right inside LOG_DIR whose extension is .log and whose last change is KEEP_DAYS or
rem more days ago. With DRY_RUN=1 it says what it would delete and deletes nothing.
rem
rem Exit codes: 0  done, or nothing to do
rem             1  at least one file could not be deleted, such as one still open
rem             2  the settings were refused and nothing was touched
rem
rem File names are never handed to CALL, to another cmd or to a %%VARIABLE%%: there a percent sign,
rem a caret or an exclamation mark in a name would be read as syntax and name a different file. A
rem FOR variable in quotes, with delayed expansion off, is taken as it is.

setlocal EnableExtensions DisableDelayedExpansion

set "LOG_DIR=C:\ProgramData\ExampleApp\logs"
set "KEEP_DAYS=30"
set "DRY_RUN=1"

set "FORFILES=%SystemRoot%\System32\forfiles.exe"
set /a DAYS=0, DELETED=0, FAILED=0, KEPT=0

rem --- the settings ---

if not exist "%FORFILES%" set "WHY=forfiles.exe is missing" & goto refuse
if not "%DRY_RUN%"=="0" if not "%DRY_RUN%"=="1" set "WHY=DRY_RUN must be 0 or 1" & goto refuse

rem SET /A makes a number of it; anything else than that number, written plainly, is refused.
set "WHY=KEEP_DAYS must be a whole number from 1 to 9999"
set /a DAYS=KEEP_DAYS 2>nul
if not "%DAYS%"=="%KEEP_DAYS%" goto refuse
if %DAYS% lss 1 goto refuse
if %DAYS% gtr 9999 goto refuse

if not "%LOG_DIR:~1,2%"==":\" set "WHY=LOG_DIR must begin with a drive, such as C:\" & goto refuse
if not exist "%LOG_DIR%\." set "WHY=LOG_DIR is not there" & goto refuse

rem "\." takes a backslash at the end away, and %%~f then "." and ".." in the middle. The last part
rem must be logs or log: that refuses a drive's root, and most paths written by mistake.
set "LAST=" & set "PARENT=" & set "KIND="
for %%D in ("%LOG_DIR%\.") do (
    set "LOG_DIR=%%~fD"
    set "LAST=%%~nxD"
    set "PARENT=%%~pD"
    set "KIND=%%~aD"
)
if not defined LAST set "WHY=LOG_DIR is the root of a drive" & goto refuse
if "%PARENT%"=="\" set "WHY=LOG_DIR must be the folder of one application" & goto refuse
if /i not "%LAST%"=="logs" if /i not "%LAST%"=="log" set "WHY=LOG_DIR must end in logs or log" & goto refuse

rem Attributes read "d-------l--" for a junction or link; what it points to belongs to others.
if not defined KIND set "WHY=LOG_DIR cannot be read" & goto refuse
if /i not "%KIND:~0,1%"=="d" set "WHY=LOG_DIR is not a folder" & goto refuse
if /i not "%KIND:l=%"=="%KIND%" set "WHY=LOG_DIR is a junction or link" & goto refuse

cd /d "%LOG_DIR%"
if /i not "%CD%"=="%LOG_DIR%" set "WHY=LOG_DIR cannot be entered" & goto refuse

rem --- the work ---

echo Log files in "%LOG_DIR%" unchanged for %KEEP_DAYS% days or more (dry run: %DRY_RUN%)

rem *.log also finds .log1 and the like by their short names, hence the look at the extension.
rem forfiles finds the one file when it is old enough, and leaves with 1 when it is not. DEL tells of
rem no failure in its exit code, so look whether the file is gone.
for %%F in (*.log) do (
    if /i "%%~xF"==".log" (
        "%FORFILES%" /p "%LOG_DIR%" /m "%%~nxF" /d -%DAYS% /c "cmd /c exit 0" >nul 2>&1
        if errorlevel 1 (
            set /a KEPT+=1
        ) else (
            if "%DRY_RUN%"=="1" (
                echo would delete  "%%~nxF"  %%~zF bytes  %%~tF
                set /a DELETED+=1
            ) else (
                del /q "%%~fF" >nul 2>&1
                if exist "%%~fF" (
                    echo FAILED        "%%~nxF"  %%~zF bytes  %%~tF
                    set /a FAILED+=1
                ) else (
                    echo deleted       "%%~nxF"
                    set /a DELETED+=1
                )
            )
        )
    )
)

if "%DRY_RUN%"=="1" echo %DELETED% would be deleted, %KEPT% kept
if "%DRY_RUN%"=="0" echo %DELETED% deleted, %FAILED% failed, %KEPT% kept
if not "%FAILED%"=="0" exit /b 1
exit /b 0

:refuse
echo log-cleanup: %WHY% 1>&2
exit /b 2
