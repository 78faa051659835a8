# Builds mailmodule.dll on Windows, as a release is built: by the .NET SDK 10 and the C++ tools of Visual Studio 2022 or
# of its Build Tools ("Desktop development with C++"). docs/windows.md
# The result: out\win-x64\mailmodule.dll, mailmodule.pdb, mailmodule.lib, mailmodule.def, include\mailmodule.h
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot

# cl.exe and link.exe for x64, and where their headers and libraries are.
function Enter-VisualStudio {
    if ($env:VSCMD_ARG_TGT_ARCH -eq 'x64') { return }
    $vswhere = Join-Path ${env:ProgramFiles(x86)} 'Microsoft Visual Studio\Installer\vswhere.exe'
    $folder = $null
    if (Test-Path -LiteralPath $vswhere) {
        $tools = 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64'
        $folder = & $vswhere -latest -products '*' -requires $tools -property installationPath
    }
    if (-not $folder) { throw 'build.ps1: Visual Studio with "Desktop development with C++" is missing' }
    Import-Module (Join-Path $folder 'Common7\Tools\Microsoft.VisualStudio.DevShell.dll')
    Enter-VsDevShell -VsInstallPath $folder -SkipAutomaticLocation -DevCmdArguments '-arch=x64 -host_arch=x64'
}

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    throw 'build.ps1: the .NET SDK 10 or newer is missing: https://dotnet.microsoft.com/download'
}
Enter-VisualStudio

$published = Join-Path $PSScriptRoot 'out\publish-windows'
dotnet publish src/MailModule.Native -c Release -r win-x64 -o $published -p:IlcUseEnvironmentalTools=true
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

$result = Join-Path $PSScriptRoot 'out\win-x64'
New-Item -ItemType Directory -Force (Join-Path $result 'include') | Out-Null
foreach ($kind in 'dll', 'pdb', 'lib', 'def') {
    Copy-Item -LiteralPath (Join-Path $published "mailmodule.$kind") -Destination $result
}
Copy-Item -Path 'include\*' -Destination (Join-Path $result 'include') -Recurse -Force
Write-Output "library: $(Join-Path $result 'mailmodule.dll')"
