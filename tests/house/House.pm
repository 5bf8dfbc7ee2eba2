# SPDX-License-Identifier: ISC
# What all house checks share: finding files, reading C, printing TAP.
#
# C is read with its comments, strings and preprocessor lines blanked out;
# what is left is cut into the declarations at the outermost level.  That is
# enough for code in the project's style and does not try to be a compiler;
# a file it cannot read to the end stops the check.
package House;

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);

our @EXPORT = qw(root files c_files code_files read_text makefile blank_c blank_all
    items declared report enough finish balanced);

my $root;
my @results;

# The tree under test: the script's argument, else the checkout.
sub root {
	$root = abs_path($ARGV[0] // dirname(__FILE__) . '/../..')
	    if !defined $root;
	die "no such directory\n" if !defined $root;
	return $root;
}

# All files below the given folders, sorted, relative to the root.
sub files {
	my @found;
	my @todo = @_;

	while (defined(my $at = shift @todo)) {
		my $path = root() . "/$at";

		if (-d $path) {
			opendir(my $dir, $path) or die "$path: $!\n";
			push @todo, map { "$at/$_" } grep { !/^\./ }
			    readdir $dir;
		} elsif (-f $path) {
			push @found, $at;
		}
	}
	return sort @found;
}

# C sources and headers below the given folders.
sub c_files {
	return grep { /\.[ch]$/ } files(@_);
}

# Files that people write code in: known by name or by their first line.
# What a build inside the checkout makes from sql/ is none of them.
sub code_files {
	return grep { !m{^sql/\w+\.[ch]$} } grep {
	    /\.(?:c|h|def|lua|sql|awk|pm|pl|sh)$/ ||
	    (m{/[^./]+$} && read_text($_) =~ /^#!/) } files(@_);
}

sub read_text {
	my ($file) = @_;
	my $path = root() . "/$file";

	open(my $in, '<', $path) or die "$path: $!\n";
	local $/;
	my $text = <$in>;
	return $text // '';
}

# What make is told: Makefile.am with the part it includes.
sub makefile {
	return join('', map { read_text($_) } grep { -f root() . "/$_" }
	    qw(Makefile.am tests/tests.am));
}

# The same length and lines, with everything else made blank.
sub blank_all {
	my ($text) = @_;

	$text =~ s/[^\n]/ /g;
	return $text;
}

# C without comments, texts and preprocessor lines; lines keep their number.
sub blank_c {
	my ($text) = @_;

	$text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*")|('(?:\\.|[^'\\\n])+')}
	    {defined $1 ? blank_all($1) :
	     defined $2 ? '"' . ' ' x (length($2) - 2) . '"' :
	     "'" . ' ' x (length($3) - 2) . "'"}gse;
	$text =~ s/\bEND_TEST\b/blank_all($&)/ge;
	$text =~ s/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/blank_all($&)/gme;
	return $text;
}

# A regular expression for (...) or {...} with its like inside.
sub balanced {
	my ($open, $close) = @_;
	my $self;

	$self = qr/\Q$open\E(?:[^\Q$open$close\E]++|(??{$self}))*+\Q$close\E/;
	return $self;
}

my $PARENS = balanced('(', ')');
my $BRACES = balanced('{', '}');

# What one declaration is: kind, name and so on; see items.
sub classify {
	my ($head, $body) = @_;
	my %item = (head => $head, body => $body);

	$head =~ s/__attribute__\s*$PARENS//g;
	$item{params} = $1 if $head =~ /($PARENS)/;
	$item{static} = $head =~ /\bstatic\b/ ? 1 : 0;
	if ($head =~ /^\s*START_TEST\s*\(\s*(\w+)/) {
		@item{qw(kind name)} = ('test', $1);
	} elsif ($head =~ /^\s*typedef\b/) {
		$item{kind} = 'typedef';
		$item{name} = $head =~ /\(\s*\*\s*(\w+)/ ? $1 :
		    $head =~ /(\w+)\s*$/ ? $1 : '?';
		$item{pointer} = $head =~ /\(\s*\*/ ? 1 : 0;
	} elsif ($head =~ /^\s*_Static_assert\b|^\s*$/) {
		$item{kind} = 'other';
	} elsif ($head !~ /=/ && $head =~ /(\w+)\s*$PARENS[\s\w]*$/) {
		$item{kind} = defined $body ? 'function' : 'prototype';
		$item{name} = $1;
	} elsif ($head =~ /^\s*(struct|union|enum)\s*(\w*)\s*$/) {
		@item{qw(kind tag name)} = ('type', $1, $2);
	} else {
		$item{kind} = 'variable';
		$item{name} = variable_name($head);
	}
	return \%item;
}

sub variable_name {
	my ($head) = @_;

	$head =~ s/=.*//s;
	return $1 if $head =~ /\(\s*\*(?:\s*const)?\s*(\w+)/;
	$head =~ s/\[[^\]]*\]//g;
	return $head =~ /(\w+)\s*$/ ? $1 : '?';
}

# The declarations of a blanked C text: first and last line, kind (function,
# prototype, type, typedef, variable, test, other), name, static, head, body.
sub items {
	my ($code, $file) = @_;
	my @items;
	my $line = 1;

	while ($code =~ /\G(\s*)((?:[^;{}()]++|$PARENS)*+)(?:;|($BRACES)(\s*;)?)/gc) {
		my ($space, $head, $body, $semicolon) = ($1, $2, $3, $4);
		my $whole = $&;
		my $first = $line + ($space =~ tr/\n//);

		$line += $whole =~ tr/\n//;
		# An initialiser or a struct of a variable goes on to its end.
		if (defined $body && !defined $semicolon &&
		    $head !~ /\)[\s\w]*(?:__attribute__\s*$PARENS\s*)?$/) {
			$code =~ /\G[^;]*;/gc or last;
			my $rest = $&;
			$line += $rest =~ tr/\n//;
			$head .= " x $rest";
			$head =~ s/;$//;
		}
		my $item = classify($head, $body);
		$item->{first} = $first;
		$item->{last} = $line;
		push @items, $item;
	}
	die "$file: what comes after line $line is not understood\n"
	    if $code =~ /\G\s*\S/g;
	return @items;
}

# Declarations of a file.
sub declared {
	my ($file) = @_;

	return items(blank_c(read_text($file)), $file);
}

# One line of TAP: the rule, and each place that breaks it.
sub report {
	my ($rule, @breaches) = @_;

	push @results, !@breaches;
	print @breaches ? 'not ok' : 'ok', ' ', scalar @results, " - $rule\n";
	print "# $_\n" for @breaches;
	return;
}

# Fails when a check found nothing to look at.
sub enough {
	my ($what, $count) = @_;

	report("there are $what to look at",
	    $count > 0 ? () : ("found no $what"));
	return;
}

# Ends a check; the exit status tells whether all rules hold.
sub finish {
	print '1..', scalar @results, "\n";
	exit((grep { !$_ } @results) ? 1 : 0);
}

1;
