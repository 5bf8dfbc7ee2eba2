/* SPDX-License-Identifier: ISC */
/* latchkeyctl user: who they are, whether and how they may come in. */
#include "ctl/user.h"

static const struct ctl_command commands[] = {
	{
	    .verb = "list",
	    .arguments = "[-n count] [--after id] [--json]",
	    .help = "users, the oldest first, 100 unless -n says otherwise",
	    .options = "naj",
	    .needs = CTL_STORES,
	    .run = user_list,
	}, {
	    .verb = "show",
	    .arguments = "[--json] USER",
	    .help = "a user and the linked accounts",
	    .options = "j",
	    .words_least = 1,
	    .words_most = 1,
	    .needs = CTL_STORES,
	    .run = user_show,
	}, {
	    .verb = "disable",
	    .arguments = "USER",
	    .help = "end all sessions and refuse new ones",
	    .options = "",
	    .words_least = 1,
	    .words_most = 1,
	    .needs = CTL_STORES,
	    .run = user_disable,
	}, {
	    .verb = "enable",
	    .arguments = "USER",
	    .help = "let a disabled user in again",
	    .options = "",
	    .words_least = 1,
	    .words_most = 1,
	    .needs = CTL_STORES,
	    .run = user_enable,
	}, {
	    .verb = "delete",
	    .arguments = "[--yes] USER",
	    .help = "end all sessions and delete everything about the user",
	    .options = "y",
	    .words_least = 1,
	    .words_most = 1,
	    .needs = CTL_STORES,
	    .run = user_delete,
	}, {
	    .verb = "premium",
	    .arguments = "[--reference text] USER time|+duration|clear",
	    .help = "set, extend or end premium: "
		"2027-01-31T00:00:00Z, +30d, clear",
	    .options = "r",
	    .words_least = 2,
	    .words_most = 2,
	    .needs = CTL_STORES,
	    .run = user_premium,
	}, {
	    .verb = "link",
	    .arguments = "USER provider:subject",
	    .help = "link an identity by hand, without asking the provider",
	    .options = "",
	    .words_least = 2,
	    .words_most = 2,
	    .needs = CTL_STORES,
	    .run = user_link,
	}, {
	    .verb = "unlink",
	    .arguments = "USER provider",
	    .help = "take an identity away, never the last way in",
	    .options = "",
	    .words_least = 2,
	    .words_most = 2,
	    .needs = CTL_STORES,
	    .run = user_unlink,
	}, {
	    .verb = "move-identity",
	    .arguments = "provider:subject USER",
	    .help = "give somebody's identity to another user",
	    .options = "",
	    .words_least = 2,
	    .words_most = 2,
	    .needs = CTL_STORES,
	    .run = user_move,
	},
};

const struct ctl_noun ctl_user = {
	.name = "user",
	.commands = commands,
	.count = sizeof(commands) / sizeof(commands[0]),
};
