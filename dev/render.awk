# SPDX-License-Identifier: ISC
#
# Turns lines "section.option = value" into latchkey.conf.  A later line for
# the same option replaces the earlier one (libconfig refuses repetitions); an
# empty value takes the option away.

{
	at = index($0, "=")
	if (at == 0)
		next
	path = substr($0, 1, at - 1)
	value = substr($0, at + 1)
	gsub(/^[ \t]+|[ \t]+$/, "", path)
	gsub(/^[ \t]+|[ \t]+$/, "", value)
	if (!(path in values))
		order[++count] = path
	values[path] = value
}

# Prints the options below prefix, groups once, in the order of first sight.
function render(prefix, indent,    i, rest, name, seen)
{
	for (i = 1; i <= count; i++) {
		if (values[order[i]] == "" || index(order[i], prefix) != 1)
			continue
		rest = substr(order[i], length(prefix) + 1)
		name = rest
		sub(/\..*/, "", name)
		if (name == rest) {
			printf "%s%s = %s\n", indent, name, values[order[i]]
		} else if (!(name in seen)) {
			seen[name] = 1
			printf "%s%s = {\n", indent, name
			render(prefix name ".", indent "\t")
			printf "%s}\n", indent
		}
	}
}

END { render("", "") }
