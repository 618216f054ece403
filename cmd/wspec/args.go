package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"wspec/report"
)

// usageError says that the command line itself was wrong.
type usageError struct{ message, hint string }

func (e *usageError) Error() string { return e.message }

// Hint says what to type in its place.
func (e *usageError) Hint() string { return e.hint }

func usagef(hint, format string, args ...any) error {
	return &usageError{message: fmt.Sprintf(format, args...), hint: hint}
}

// asUsageError gives the parser's complaints our form and status.
func asUsageError(c *cli.Context, err error, _ bool) error {
	var ours *usageError
	if errors.As(err, &ours) {
		return err
	}
	return usagef(fmt.Sprintf("run wspec %s--help", commandPrefix(c)), "%s", err.Error())
}

func commandPrefix(c *cli.Context) string {
	if c.Command == nil || c.Command.Name == "" || c.Command.Name == c.App.Name {
		return ""
	}
	return c.Command.Name + " "
}

// reorder moves a command's flags before its arguments, since the parser stops
// at the first argument and would pass over what follows in silence. "--" ends
// the flags.
func reorder(app *cli.App, args []string) ([]string, error) {
	at := slices.IndexFunc(args, func(a string) bool { return !strings.HasPrefix(a, "-") })
	if at < 0 {
		return args, nil
	}
	command := app.Command(args[at])
	if command == nil {
		return args, nil
	}
	flags, rest, err := split(command, args[at+1:])
	if err != nil {
		return nil, err
	}
	return slices.Concat(args[:at+1], flags, []string{"--"}, rest), nil
}

// split separates a command's flags, with their values, from its arguments.
func split(command *cli.Command, args []string) (flags, rest []string, err error) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			return flags, append(rest, args[i+1:]...), nil
		case a == "-" || !strings.HasPrefix(a, "-"):
			rest = append(rest, a)
			continue
		}
		flags = append(flags, a)
		if !takesValue(command, a) {
			continue
		}
		if i++; i == len(args) {
			return nil, nil, usagef(fmt.Sprintf("run wspec %s --help", command.Name), "flag %s needs a value", a)
		}
		flags = append(flags, args[i])
	}
	return flags, rest, nil
}

// takesValue reports whether flag is followed by its value as a word of its own.
func takesValue(command *cli.Command, flag string) bool {
	name := strings.TrimLeft(flag, "-")
	if strings.Contains(name, "=") {
		return false
	}
	for _, f := range command.Flags {
		if slices.Contains(f.Names(), name) {
			_, isBool := f.(*cli.BoolFlag)
			return !isBool
		}
	}
	return false // unknown: the parser says so
}

// printable makes a sentence that may quote a file's content safe for a terminal.
func printable(text string) string { return report.SafeProse(text) }
