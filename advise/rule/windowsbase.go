package rule

import (
	"regexp"
	"strings"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/windows"
)

var windowsBase = Rule{
	ID: "windows-base", Severity: Error, Title: "The base image does not hold what the program needs, or is not there",
	Doc:     "Nano Server has .NET (Core) and little else: no .NET Framework, no PowerShell, no WMI, no 32-bit programs. Server Core has the .NET Framework and IIS. The windows image ended with Windows Server 2019's line, windows/server took its place in 2022. The tag latest has not been published for base images since 16 April 2019.",
	Fix:     "A base that holds what the program uses, by a tag that names the release.",
	Sources: []string{windows.All().Sources["images"].URL, windows.All().Sources["compatibility"].URL},
	check: func(c *run) {
		for _, im := range c.images() {
			f, ok := windows.FamilyOf(im.Family)
			if ok && (im.Tag == "latest" || im.Tag == "" && im.Digest == "") && im.Framework == "" && im.Core == "" && strings.Contains(im.Repository, "windows/") {
				im.report(finding{reason: message.New("Base images have had no tag latest since 16 April 2019."), failure: message.New("The pull fails: manifest unknown.")})
			}
			if b := im.Version.Build; ok && b != 0 && (f.First > 0 && b < f.First || f.Last > 0 && b > f.Last) {
				im.report(finding{reason: message.New("There is no %s image of build %d: it lacks %s.", f.Name, b, f.Lacks), failure: message.New("The pull fails: manifest unknown.")})
			}
			if im.Family == "nanoserver" {
				if used := nanoLacks(im.use.Text); used != "" {
					im.report(finding{reason: message.New("The Dockerfile uses %s; Nano Server lacks %s.", used, f.Lacks), failure: message.New("The build or the start fails: the program is not recognized.")})
				}
			}
		}
	},
}

// nanoUses are programs where one is run: a folder of the same name is none.
var nanoUses = regexp.MustCompile(`(?i)(?:^|[\s"'\[;&|(\\/])(powershell\.exe|dism\.exe|ServiceMonitor\.exe)\b|(?:^|[\s"'\[;&|(])(powershell|Install-WindowsFeature|msiexec|dism|wmic|appcmd|regsvr32|aspnet_regiis)(?:$|[\s"',\];&|)])`)

// nanoLacks is the first program that a Dockerfile's stage runs and Nano Server lacks.
func nanoLacks(text string) string {
	for line := range strings.Lines(text) {
		switch word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); strings.ToUpper(word) {
		case "RUN", "SHELL", "CMD", "ENTRYPOINT":
			if m := nanoUses.FindStringSubmatch(rest); m != nil {
				return m[1] + m[2]
			}
		}
	}
	return ""
}
