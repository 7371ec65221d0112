"""RPython's entry: target(), jitpolicy(). Nothing else."""
from rpython.jit.codewriter.policy import JitPolicy

from spyvm.cli import main
from spyvm.rpy import gcsettings, jit, jitfixes


def target(driver, args):
    driver.exe_name = 'spy'
    jit.BUILD.has_jit = driver.config.translation.jit
    gcsettings.install()
    jitfixes.install()
    return main, None


class Policy(JitPolicy):
    """What no loop of the image's spends its time in is called, not traced."""

    def look_inside_function(self, function):
        for package in ('spyvm.platform.', 'spyvm.image.', 'spyvm.tools.', 'spyvm.plugins.'):
            if function.__module__ and function.__module__.startswith(package):
                return False
        return JitPolicy.look_inside_function(self, function)


def jitpolicy(driver):
    return Policy()
