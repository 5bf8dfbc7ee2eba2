# SPDX-License-Identifier: ISC
# Turns SQL and Lua files into C: an enum and a table of texts.
#
#	awk -v kind=queries|scripts|schema -v form=h|c [-v prelude=FILE] \
#	    -f embed.awk FILE...
#
# queries: blocks "-- name: user_by_id(id)" in any number of files
# scripts: one Lua script per file, named after it, with the prelude before it
# schema:  NNN_name.sql, one step per file, in order of number

function fail(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

function base(path) {
	sub(/.*\//, "", path)
	sub(/\.[a-z]+$/, "", path)
	return path
}

function add(name) {
	if (name in seen)
		fail("the name " name " is there twice")
	seen[name] = 1
	names[++count] = name
	files[count] = FILENAME
	params[count] = 0
	texts[count] = ""
}

# A line of text as a C string literal.
function literal(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	gsub(/\t/, "\\t", line)
	return "\"" line "\\n\""
}

function sha1(file,    command, sum) {
	command = "cat " (prelude == "" ? "" : "'" prelude "' ") \
	    "'" file "' | sha1sum"
	command | getline sum
	close(command)
	return substr(sum, 1, 40)
}

# The prelude as lines of a C string literal.
function opening(    line, text) {
	while (prelude != "" && (getline line < prelude) > 0)
		text = text "\n\t    " literal(line)
	return text
}

BEGIN { shared = opening() }

FNR == 1 && kind != "queries" {
	add(base(FILENAME))
	texts[count] = shared
}

kind == "queries" && /^-- name: / {
	if (!match($0, /^-- name: [a-z_0-9]+\([a-z_0-9, ]*\)$/))
		fail("write -- name: noun_verb(first, second)")
	name = list = substr($0, 10)
	sub(/\(.*/, "", name)
	gsub(/.*\(|\)/, "", list)
	add(name)
	params[count] = list == "" ? 0 : split(list, unused, ",")
	next
}

# Comments and empty lines stay in the file.
kind == "queries" && /^(--.*)?$/ { next }

kind == "queries" && count == 0 { fail("a statement before its name") }

{ texts[count] = texts[count] "\n\t    " literal($0) }

END {
	if (failed)
		exit 1
	singular = kind == "queries" ? "query" : \
	    kind == "scripts" ? "script" : "schema"
	prefix = kind == "queries" ? "Q_" : "SCRIPT_"
	guard = "SQL_" toupper(kind) "_H"
	print "/* Made by sql/embed.awk; change the files in sql/ instead. */"
	if (form == "h") {
		print "#ifndef " guard "\n#define " guard "\n"
		if (kind == "schema") {
			version = base(files[count])
			sub(/_.*/, "", version)
			print "/* The newest schema, the one this program knows. */"
			print "#define SCHEMA_VERSION " version + 0 "\n"
			print "#define SCHEMA_COUNT " count "\n"
		} else {
			print "enum " singular " {"
			for (i = 1; i <= count; i++)
				print "\t" prefix toupper(names[i]) ","
			print "\t" prefix "COUNT\n};\n"
		}
		print "struct " singular "_text {"
		print "\tconst char *name;"
		if (kind == "queries")
			print "\tint params;"
		if (kind == "scripts")
			print "\tconst char *sha1;"
		if (kind == "schema")
			print "\tint version;"
		print "\tconst char *text;\n};\n"
		print "extern const struct " singular "_text " singular "_texts[];"
		print "\n#endif"
		exit
	}
	print "#include \"sql/" kind ".h\"\n"
	print "const struct " singular "_text " singular "_texts[] = {"
	for (i = 1; i <= count; i++) {
		extra = ""
		if (kind == "queries")
			extra = params[i] ", "
		if (kind == "scripts")
			extra = "\"" sha1(files[i]) "\", "
		if (kind == "schema") {
			version = names[i]
			sub(/_.*/, "", version)
			extra = version + 0 ", "
		}
		print "\t{\"" names[i] "\", " extra texts[i] "},"
	}
	print "};"
}
