package main

import "strings"

// What `.` is in every case; the certificate and its key are there to be read.
const dataText = `{
	"int": 3, "float": 1.5, "big": 1000000, "negative": -2, "text": "text", "empty": "", "yes": true, "no": false,
	"nothing": null, "list": [1, "a", null, [2, 3], {"k": "v"}], "strings": ["b", "a", "c", "a"], "emptyList": [],
	"dict": {"k": "v"}, "nested": {"a": {"b": {"c": 1}}}, "emptyDict": {}, "number": "12",
	"cert": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJjRENDQVJlZ0F3SUJBZ0lVRlg3UjFxcUM2TDViYlcxbjVIMEExL2pha3I4d0NnWUlLb1pJemowRUF3SXcKRFRFTE1Ba0dBMVVFQXd3Q1kyRXdJQmNOTWpZeE1USTBNVEF5TVRJNVdoZ1BNakV5TmpFd016RXhNREl4TWpsYQpNQTB4Q3pBSkJnTlZCQU1NQW1OaE1Ga3dFd1lIS29aSXpqMENBUVlJS29aSXpqMERBUWNEUWdBRXdBZ3prSHdXCitzSFNkaEwweEhUWTFjRW1BdTVlK0piNFZHQVBKVlFsNjdHanpYRm4zOVN0TW9COTlkN1VTb1FQS2FWaUREY0QKZis0c3pkUHQ2L3N0ajZOVE1GRXdIUVlEVlIwT0JCWUVGTUVJclRZaEJvSDc4bmRKT1hrMlZiVXVwZitHTUI4RwpBMVVkSXdRWU1CYUFGTUVJclRZaEJvSDc4bmRKT1hrMlZiVXVwZitHTUE4R0ExVWRFd0VCL3dRRk1BTUJBZjh3CkNnWUlLb1pJemowRUF3SURSd0F3UkFJZ0FLUGRJMlJPUFMwQ2RMWGd0dVozdW45eFNlMkNQWTVFTUh4QXBSTUsKRFVjQ0lEUDk1NmRwellWbUg0SFVJN3ZFd2h2Qm53M1Y2WlAyMVhFNk14K3QzeHhYCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K",
	"key": "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk1IY0NBUUVFSUpiWXZ2WCszN2FoU0oyeWl1dTZ0RkpPSVI2MTlYNEZmSFJGRnRUMzJGM1hvQW9HQ0NxR1NNNDkKQXdFSG9VUURRZ0FFd0FnemtId1crc0hTZGhMMHhIVFkxY0VtQXU1ZStKYjRWR0FQSlZRbDY3R2p6WEZuMzlTdApNb0I5OWQ3VVNvUVBLYVZpRERjRGYrNHN6ZFB0Ni9zdGp3PT0KLS0tLS1FTkQgRUMgUFJJVkFURSBLRVktLS0tLQo="
}`

// Expressions of each type of parameter; the first one is typical.
var values = map[string][]string{
	"string": {
		`"a b"`, `""`, `"abc"`, `"Hello, World"`, `"  padded\t\n"`, `"a,b,,c"`, `"12"`, `"-3.50"`, `"0x1f"`, `"1_000"`,
		`"é世界 x"`, `"\xff\xc3a"`, `"line\nbreak\n"`, `"fooBar HTTPServer2xx"`, `"1.2.3"`, `"2h45m"`, `"true"`, `"/a/../b.c"`,
		`"a.*b$"`, `"{\"a\": [1, null]}"`, `"aGVsbG8="`, `"<a href='x'>&\u2028"`, `"2024-02-29"`, `"$1 ${x} $$"`,
	},
	"int":     {"3", "0", "1", "-1", "5", "100", "-100", "2.0", "'a'"},
	"uint32":  {"1", "0"},
	"float64": {"0.5", "0.1", "1.0", "-1.0"},
	"bool":    {"true", "false", "(eq 1 1)"},
	"interface {}": {
		`"text"`, "nil", "true", "false", "0", "7", "-7", "1.5", "1e30", "(int64 5)", "(float64 2)", `""`, `"12.0"`, `"010"`,
		"list", "(list 1 2 3)", `(list "b" "a" "b" nil)`, "(list 0 1.0 1 nil)", "dict", `(dict "a" 1 "b" (list 2))`,
		`(splitList "," "c,b,a")`, `(split "," "x,y")`, "(until 3)", `(toDate "2006-01-02" "2024-02-29")`, `(semver "1.2.3-x")`,
		".nothing", ".missing", ".big", ".list", ".nested", ".emptyList", `("bytes" | b64enc)`, "(chunk 2 (list 1 2 3))",
		"(regexFindAll \"z\" \"a\" -1)", `(list (dict "a" 1) (dict "b" 2))`, "'x'", "(len \"abc\")", `(index "abc" 1)`,
	},
	"map[string]interface {}": {
		`(dict "k" "v")`, "dict", ".dict", ".nested", "nil", ".emptyDict", `(dict "k" nil)`, `(dict "scheme" "http" "host" "h:80" "path" "/p q")`,
		`(dict "k" (dict "n" 1))`, `(dict "k" (list 1))`,
	},
	"[]interface {}":    {`(list "127.0.0.1")`, "nil", "list", `(list "a.example")`, `(list 1)`},
	"time.Time":         {`(toDate "2006-01-02" "2024-02-29")`, `(toDate "2006" "x")`},
	"sprig.certificate": {`(buildCustomCert .cert .key)`},
}

// Values for parameters of another type.
var wrong = []string{
	"nil", "1", "1.5", `"text"`, "true", ".nothing", ".missing", ".int", ".list", ".dict", "(list 1)", "(int64 1)",
	`(splitList "," "a,b")`, `(split "," "a,b")`, `(toDate "2006-01-02" "2024-02-29")`,
}

var timeValues = []string{
	`(toDate "2006-01-02 15:04:05.999999999 -0700" "2024-02-29 13:04:05.678901234 +0530")`, "0", "1700000000", "(int64 -1)",
	`(toDate "2006-01-02" "1800-01-01")`, "(int64 4102444800)", `(toDate "2006-01-02 MST" "2021-07-04 PDT")`,
}

// What mixed strings are made of.
var pieces = map[string][]string{
	"text":    strings.Split("a|b|A|Z| |  |,|.|-|_|0|7|42|é|世|\xff|\n|\t|foo|Bar|HTTP|x=1|/|..|\u00a0|'|\"|\\|ß|Ǆ|٣", "|"),
	"regex":   strings.Split("a~b~.~*~+~?~|~(~)~[~]~[a-c]~[^b]~\\d~\\w~\\s~\\b~^~$~(?i)~(?:~{2}~{1,3}~a|b~(a)~(?P<n>b)~x~\\Q~\\E~[[:alpha:]]~\\pL~é~-~\\.~(?s)~(?U)~\n~&&~\\x41~\\z~\\B", "~"),
	"layout":  strings.Split("2006~01~02~2~_2~15~03~3~04~4~05~5~PM~pm~MST~-0700~Z07:00~-07~Z0700~Mon~Monday~Jan~January~.000~.999~,00~002~__2~06~ ~-~:~/~T~x~1", "~"),
	"date":    strings.Split("2024~02~29~7~12~15~59~ ~-~:~/~T~Z~+0530~-07:00~PM~am~UTC~PST~GMT+3~Mon~Tuesday~Feb~March~.5~.123456~x~366~060", "~"),
	"version": strings.Split("1~2~0~10~.~.~-~+~v~x~*~alpha~rc.1~ ~,~||~>=~<~^~~~=~!=~ - ~01", "~"),
	"url":     strings.Split("http~https~:~//~/~?~#~@~user~pass~host~example.com~:80~[::1]~%20~%zz~a b~é~&~=~.~..~+", "~"),
	"json":    strings.Split("{~}~[~]~\"a\"~\"b\"~:~,~1~-2.5e3~null~true~ ~\n~\\u00e9~x", "~"),
	"yaml":    strings.Split("a~b~: ~- ~\n~  ~\"x\"~'y'~[~]~{~}~,~|~>~#c~1~1.5~yes~null~~~&a ~*a~---\n~!!str ", "~"),
	"number":  strings.Split("0~1~9~-~+~.~_~e~x~b~f~0x~0b1~00~ ~Inf~nan~1e3", "~"),
	"base64":  strings.Split("a~aGk~=~==~A~/~+~\n~!~MZ~6~Q", "~"),
	"unit":    strings.Split("1~2.5~-~.~h~m~s~ms~us~ns~µs~d~ ~+~0~100000000", "~"),
}

// pieceKind tells what a function's string at that place is.
func pieceKind(name string, at int) string {
	switch {
	case strings.Contains(strings.ToLower(name), "regex") && at == 0 && name != "regexQuoteMeta":
		return "regex"
	case strings.HasPrefix(strings.ToLower(name), "semver"):
		return "version"
	case name == "urlParse":
		return "url"
	case strings.Contains(name, "romJson"):
		return "json"
	case strings.HasPrefix(name, "fromYaml"):
		return "yaml"
	case name == "atoi":
		return "number"
	case strings.HasSuffix(name, "dec"):
		return "base64"
	case name == "toDate" || name == "mustToDate":
		return []string{"layout", "date"}[at]
	case (strings.HasPrefix(name, "date")) && at == 0 && !strings.Contains(strings.ToLower(name), "modify"):
		return "layout"
	case strings.Contains(strings.ToLower(name), "modify"):
		return "unit"
	}
	return "text"
}
