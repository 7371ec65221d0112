"""RPython's entry: target(), jitpolicy(). Nothing else."""
from spyvm.cli import main


def target(driver, args):
    driver.exe_name = 'spy'
    return main, None


def jitpolicy(driver):
    from rpython.jit.codewriter.policy import JitPolicy
    return JitPolicy()
