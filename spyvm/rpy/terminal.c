/* The terminal while a line is edited: it is in the editor's mode, which the shell must not find when a signal ends or stops the
   process. What is done here cannot wait until the interpreter looks: it happens in the signals' handlers, which call only what
   POSIX allows there. Ctrl-C is not among the signals, ticker.py has that. */
#include "terminal.h"
#include <errno.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

enum { TERMINAL = 0, CAUGHT = 5 };
static const int caught[CAUGHT] = {SIGHUP, SIGTERM, SIGQUIT, SIGTSTP, SIGCONT};
static struct sigaction before[CAUGHT];
static struct termios found;            /* the terminal's mode before the line was begun */
static volatile sig_atomic_t lent = 0, resumed = 0;

static void handle(int number);

static void only_stop(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTSTP);
}

static void catch_signal(int number, struct sigaction *old)
{
    struct sigaction action;
    action.sa_handler = handle;
    only_stop(&action.sa_mask);         /* see spy_terminal_hold */
    action.sa_flags = SA_RESTART;
    sigaction(number, &action, old);
}

/* Let the signal do what it does without us. */
static void pass_on(int number)
{
    struct sigaction action;
    sigset_t unblocked;
    action.sa_handler = SIG_DFL;
    sigemptyset(&action.sa_mask);
    action.sa_flags = 0;
    sigaction(number, &action, NULL);
    sigemptyset(&unblocked);
    sigaddset(&unblocked, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
}

static void handle(int number)
{
    int saved_errno = errno;
    if (number != SIGCONT) {
        /* In the background the terminal is in somebody else's mode already. */
        if (spy_terminal_is_ours())
            tcsetattr(TERMINAL, TCSANOW, &found);
        pass_on(number);
        catch_signal(number, NULL);     /* SIGTSTP, after the process has been stopped and goes on */
    }
    resumed = 1;
    errno = saved_errno;
}

/* Ctrl-Z waits until spy_terminal_release. A process that is stopped where it has seen that the terminal is its own, and goes on
   in the background, would set the mode of somebody else's terminal, and be stopped for that. */
void spy_terminal_hold(void)
{
    sigset_t set;
    only_stop(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

void spy_terminal_release(void)
{
    sigset_t set;
    only_stop(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Remember the terminal's mode, and look after it from now on. Signals that are ignored, as with nohup, stay ignored. */
void spy_terminal_lend(void)
{
    int i;
    if (lent || tcgetattr(TERMINAL, &found) != 0)
        return;
    resumed = 0;
    lent = 1;
    for (i = 0; i < CAUGHT; i++) {
        sigaction(caught[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            catch_signal(caught[i], NULL);
    }
}

/* The editor has put the terminal back. */
void spy_terminal_give_back(void)
{
    int i;
    if (!lent)
        return;
    lent = 0;
    for (i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &before[i], NULL);
}

/* Whether the process is in the foreground, or the terminal is not the one that controls it. */
int spy_terminal_is_ours(void)
{
    pid_t group = tcgetpgrp(TERMINAL);
    return group == -1 || group == getpgrp();
}

/* True once after the process was stopped and goes on: the terminal's mode may be any. */
int spy_terminal_take_resumed(void)
{
    int was_resumed = resumed;
    resumed = 0;
    return was_resumed;
}
