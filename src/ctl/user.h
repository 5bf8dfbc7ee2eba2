/* SPDX-License-Identifier: ISC */
/* The commands of the noun "user", as ctl.h's table runs them. */
#ifndef CTL_USER_H
#define CTL_USER_H

#include "ctl/ctl.h"

/* user_show.c; outcomes as users_by_id. */
enum rc user_list(struct op *op, const struct ctl_call *call) MUST_USE;
enum rc user_show(struct op *op, const struct ctl_call *call) MUST_USE;

/* user_state.c; outcomes as account_disable, premium_set and ctl_find. */
enum rc user_disable(struct op *op, const struct ctl_call *call) MUST_USE;
enum rc user_enable(struct op *op, const struct ctl_call *call) MUST_USE;
enum rc user_delete(struct op *op, const struct ctl_call *call) MUST_USE;
enum rc user_premium(struct op *op, const struct ctl_call *call) MUST_USE;

/* user_link.c; outcomes as account_give, account_unlink and account_move. */
enum rc user_link(struct op *op, const struct ctl_call *call) MUST_USE;
enum rc user_unlink(struct op *op, const struct ctl_call *call) MUST_USE;
enum rc user_move(struct op *op, const struct ctl_call *call) MUST_USE;

#endif
