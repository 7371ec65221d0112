/* See terminal.c. */
#ifndef SPY_TERMINAL_H
#define SPY_TERMINAL_H

void spy_terminal_hold(void);
void spy_terminal_release(void);
void spy_terminal_lend(void);
void spy_terminal_give_back(void);
int spy_terminal_is_ours(void);
int spy_terminal_take_resumed(void);

#endif
