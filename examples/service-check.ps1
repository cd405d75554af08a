# Service check of a Windows instance, for RunPowerShellScript (Windows PowerShell 5.1 or later).
#
# Looks at the services named below. One that is stopped although its start type is Automatic is
# started; any other is only reported, because somebody set it to Manual or Disabled on purpose.
#
# Exit codes: 0  all of them run (those started just now are in the report)
#             1  at least one does not run
#             2  at least one is not installed; the list below does not fit this instance
#             3  the services could not be read at all

$serviceNames = @(
    'EventLog'           # Windows Event Log
    'Schedule'           # Task Scheduler
    'Winmgmt'            # Windows Management Instrumentation
    'Dnscache'           # DNS Client
    'LanmanWorkstation'  # access to file shares
    'MpsSvc'             # Windows Defender Firewall
)
$reportOnly = $false     # $true changes nothing
$waitSeconds = 30        # for one service to start; keep the sum below the command's timeout

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

function Get-NamedService([string] $Name) {
    # Not Get-Service: it tells the start type only with .NET Framework 4.6.1 or later.
    Get-CimInstance -ClassName Win32_Service -Filter "Name = '$Name'"
}

function Start-StoppedService([string] $Name) {
    # Returns an empty string when the service runs in the end, and the reason when it does not.
    try {
        $controller = Get-Service -Name $Name
        if ($controller.Status -eq 'Stopped') {
            $controller.Start()
        }
        $controller.WaitForStatus('Running', [TimeSpan]::FromSeconds($waitSeconds))
        return ''
    }
    catch {
        $cause = $_.Exception
        while ($cause.InnerException) { $cause = $cause.InnerException }
        return $cause.Message
    }
}

function Write-Row([string] $State, [string] $Name, [string] $Detail) {
    Write-Output ('{0,-8} {1,-20} {2}' -f $State, $Name, $Detail)
}

$notRunning = 0
$notInstalled = 0
$begun = (Get-Date).ToUniversalTime().ToString('yyyy-MM-dd HH:mm:ss')
Write-Output "Services of $env:COMPUTERNAME at $begun UTC"

try {
    foreach ($name in $serviceNames) {
        $service = Get-NamedService $name
        if ($null -eq $service) {
            $notInstalled++
            Write-Row 'MISSING' $name 'not installed'
            continue
        }
        if ($service.State -eq 'Running') {
            Write-Row 'ok' $name "start type $($service.StartMode)"
            continue
        }
        $canStart = $service.State -eq 'Stopped' -or $service.State -eq 'Start Pending'
        if ($reportOnly -or $service.StartMode -ne 'Auto' -or -not $canStart) {
            $notRunning++
            Write-Row 'DOWN' $name "$($service.State), start type $($service.StartMode); left alone"
            continue
        }
        $reason = Start-StoppedService $name
        if ($reason) {
            $notRunning++
            Write-Row 'DOWN' $name "was $($service.State), does not start: $reason"
        }
        else {
            Write-Row 'started' $name "was $($service.State) with exit code $($service.ExitCode)"
        }
    }
}
catch {
    Write-Output "The services cannot be read: $($_.Exception.Message)"
    exit 3
}

$checked = $serviceNames.Count
Write-Output "$checked checked, $notRunning not running, $notInstalled not installed"
if ($notRunning -gt 0) { exit 1 }
if ($notInstalled -gt 0) { exit 2 }
exit 0
