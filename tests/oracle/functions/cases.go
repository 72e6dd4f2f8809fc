package main

import (
	"fmt"
	"math/rand"
	"reflect"
	"sort"
	"strings"
)

// Elsewhere, because they need the engine.
var engine = map[string]bool{"include": true, "tpl": true, "required": true, "fail": true, "lookup": true}

// Functions whose values depend on chance or on the time.
var random = map[string]bool{
	"randAlpha": true, "randAlphaNum": true, "randNumeric": true, "randAscii": true, "randBytes": true, "randInt": true,
	"shuffle": true, "uuidv4": true, "now": true, "ago": true, "bcrypt": true, "htpasswd": true, "encryptAES": true,
	"genPrivateKey": true, "genCA": true, "genCAWithKey": true, "genSelfSignedCert": true,
	"genSelfSignedCertWithKey": true, "genSignedCert": true, "genSignedCertWithKey": true,
}

// Functions that take anything for a time, and the time of the call for what isn't one.
var dates = map[string]bool{
	"date": true, "dateInZone": true, "date_in_zone": true, "htmlDate": true, "htmlDateInZone": true,
}

// Functions that are too slow for many cases.
var slow = map[string]bool{"derivePassword": true}

func names() []string {
	var all []string
	for name := range functions {
		if !engine[name] {
			all = append(all, name)
		}
	}
	sort.Strings(all)
	return all
}

// cases returns the expressions of a function's table: the typical ones, then each argument replaced by odd values, then
// wrong numbers of arguments, then random ones.
func cases(name string) []string {
	signature := reflect.TypeOf(functions[name])
	all := append([]string{}, typical[name]...)
	usual := usualArguments(name, signature)
	all = append(all, call(name, usual))
	for at := range usual {
		for _, odd := range oddValues(name, parameter(signature, at)) {
			replaced := append([]string{}, usual...)
			replaced[at] = odd
			all = append(all, call(name, replaced))
		}
	}
	all = append(all, name, call(name, append(append([]string{}, usual...), `"more"`)))
	for count := range usual {
		all = append(all, call(name, usual[:count]))
	}
	source := rand.New(rand.NewSource(int64(len(name)) + int64(name[0])))
	count := 6
	if slow[name] || random[name] || strings.HasPrefix(name, "must") {
		count = 0
	}
	for range count {
		all = append(all, randomCall(source, name))
	}
	return all
}

func call(name string, arguments []string) string {
	return strings.Join(append([]string{name}, arguments...), " ")
}

func parameter(signature reflect.Type, at int) reflect.Type {
	last := signature.NumIn() - 1
	if signature.IsVariadic() && at >= last {
		return signature.In(last).Elem()
	}
	return signature.In(at)
}

func usualArguments(name string, signature reflect.Type) []string {
	var arguments []string
	for at := range signature.NumIn() {
		arguments = append(arguments, pool(name, parameter(signature, at))[0])
	}
	return arguments
}

// kindOf names the pool that a parameter's values come from.
func kindOf(parameter reflect.Type) string {
	if name := parameter.String(); values[name] != nil {
		return name
	}
	panic(fmt.Sprintf("no values of type %s", parameter))
}

// oddValues are the values of the right type, and those of others.
func oddValues(name string, parameter reflect.Type) []string {
	odd := append([]string{}, pool(name, parameter)...)
	if slow[name] {
		odd = odd[:2]
	}
	if kindOf(parameter) == "interface {}" {
		return odd
	}
	return append(odd, wrong...)
}

// pool is what a function's parameter is given.
func pool(name string, parameter reflect.Type) []string {
	if dates[name] && kindOf(parameter) == "interface {}" {
		return timeValues
	}
	return values[kindOf(parameter)]
}

func randomCall(source *rand.Rand, name string) string {
	signature := reflect.TypeOf(functions[name])
	count := signature.NumIn()
	if signature.IsVariadic() {
		count += source.Intn(4) - 1
	}
	var arguments []string
	for at := range count {
		pool := pool(name, parameter(signature, at))
		arguments = append(arguments, pool[source.Intn(len(pool))])
	}
	return call(name, arguments)
}

func fuzz(seed int64, count int) {
	source := rand.New(rand.NewSource(seed))
	all := names()
	for done := 0; done < count; {
		name := all[source.Intn(len(all))]
		if random[name] || slow[name] {
			continue
		}
		expression := mutate(source, name)
		if strings.Contains(name, "et") && strings.Count(expression, ".nested") > 1 {
			// A dict put into itself is never printed to its end.
			continue
		}
		result := evaluate(expression)
		if isStable(name, expression, result) {
			fmt.Print(line(expression, result))
			done++
		}
	}
}

// mutate makes a call whose strings are mixed from the pool's, and whose arguments may be calls.
func mutate(source *rand.Rand, name string) string {
	signature := reflect.TypeOf(functions[name])
	count := signature.NumIn()
	if signature.IsVariadic() {
		count += source.Intn(4) - 1
	}
	var arguments []string
	for at := range count {
		kind := kindOf(parameter(signature, at))
		switch {
		case kind == "string":
			arguments = append(arguments, mixedString(source, name, at))
		case kind == "int":
			arguments = append(arguments, fmt.Sprint(source.Intn(24)-6))
		default:
			pool := pool(name, parameter(signature, at))
			arguments = append(arguments, pool[source.Intn(len(pool))])
		}
	}
	return call(name, arguments)
}

func mixedString(source *rand.Rand, name string, at int) string {
	pieces := pieces[pieceKind(name, at)]
	var text strings.Builder
	for range source.Intn(6) {
		text.WriteString(pieces[source.Intn(len(pieces))])
	}
	return fmt.Sprintf("%q", text.String())
}
