"""What is asked of the shared images, untranslated (test_vm_images.py) and of the executable (native/test_native.py).

These are images of Squeak 2.2: blocks are BlockContexts, and where later systems have exceptions with ensure:, these have
ifError: (the handler is kept by the process; a failing send evaluates it, and its ^ leaves the block that failed).
"""
OLD_IMAGES = ['mini', 'mini-be', 'squeak2.2-be']

# Object>>selector, compiled by the image's compiler and put into its method dictionary
DEFINE = ("Object addSelector: #%s withMethod: ((Compiler new compile: '%s' in: Object notifying: nil ifFail: [nil]) "
          "generate: #(0 0 0 0)). ")


def define(selector, source):
    """Code that adds a method to Object."""
    return DEFINE % (selector, source.replace("'", "''"))


SIEVE_PRIMES = '''| flags count k | count := 0. flags := Array new: 400. 1 to: 400 do: [:i | flags at: i put: true].
2 to: 400 do: [:i | (flags at: i) ifTrue: [count := count + 1. k := i + i.
[k <= 400] whileTrue: [flags at: k put: false. k := k + i]]]. count'''

TEN_PROCESSES = '''| log done blocks | log := WriteStream on: String new. done := Semaphore new. blocks := Array new: 10.
1 to: 10 do: [:i | blocks at: i put: [:n | [(Delay forMilliseconds: (11 - n) * %d) wait. log print: n; space.
done signal] fixTemps fork] fixTemps].
1 to: 10 do: [:i | (blocks at: i) value: i]. 1 to: 10 do: [:i | done wait]. log contents'''

ENUMERATION = '''| count strings object | count := strings := 0. object := Smalltalk someObject.
[object == 0] whileFalse: [count := count + 1. object class == String ifTrue: [strings := strings + 1].
object := object nextObject]. Array with: count > %d with: strings > 100'''

# name, code, what is printed in all of the images
QUESTIONS = [
    ('add', '3+4', '7'),
    ('large integers', '100 factorial printString size', '158'),
    ('fractions', '(1/3) + (2/3)', '1'),
    ('floats', '(2 raisedTo: 0.5) * 1000', '1414.213562373095'),
    ('sieve', SIEVE_PRIMES, '78'),
    ('compiled method', define('fortyTwo', 'fortyTwo ^6 * 7') + 'Object new fortyTwo', '42'),
    ('recompiled method', '| a | ' + define('answer', 'answer ^1') + 'a := 3 answer. ' + define('answer', 'answer ^2') +
     'a * 10 + 3 answer', '12'),
    ('all objects', ENUMERATION % 10000, '(true true )'),
    ('become', "| a b c | a := 'abc' copy. b := 'defg' copy. c := Array with: a with: b. a become: b. a , b , (c at: 1)",
     "'defgabcdefg'"),
    ("become of a method's receiver", "| a | a := OrderedCollection new. a become: (Array with: 3). a", '(3 )'),
    ('error handler', '[nil zork. 4] ifError: [:message :receiver | message]', "'Message not understood: zork'"),
    ('unwinding block', '''| log result | log := OrderedCollection new.
result := [#(1 2 3) do: [:x | log add: x. x = 2 ifTrue: [x zork]]. 7] ifError: [:message :receiver | log add: receiver. 9].
(Array with: result with: log asArray) printString''', "'(9 (1 2 2 ) )'"),
    ('return through a block', '#(1 2 3) do: [:x | x = 2 ifTrue: [^x]]. 9', '2'),
    ('critical section', '| s | s := Semaphore forMutualExclusion. (s critical: [4]) + (s critical: [5])', '9'),
    ('senders', '| n c | n := 0. c := thisContext. [c == nil] whileFalse: [n := n + 1. c := c sender]. n > 3', 'true'),
    ('deep recursion', define('depth:', 'depth: n ^n = 0 ifTrue: [0] ifFalse: [(self depth: n - 1) + 1]') +
     'Object new depth: 2500', '2500'),
    ('senders of a deep recursion', define(
        'chain:', 'chain: n ^n = 0 ifTrue: [thisContext stack size] ifFalse: [self chain: n - 1]') +
     '(Object new chain: 1200) > 1200', 'true'),
    ('perform', '(3 perform: #+ with: 4) + (3 perform: #factorial)', '13'),
    ('sorting', '#(3 1 2) asSortedCollection asArray', '(1 2 3 )'),
    ('streams', '| s | s := WriteStream on: String new. 1 to: 5 do: [:i | s print: i * i; space]. s contents',
     "'1 4 9 16 25 '"),
    ('ten processes', TEN_PROCESSES % 60, "'10 9 8 7 6 5 4 3 2 1 '"),
    ('delay', '(Time millisecondsToRun: [(Delay forMilliseconds: 60) wait]) between: 50 and: 5000', 'true'),
    ('yield', '''| log p | log := OrderedCollection new. p := [log add: 1. Processor yield. log add: 3] newProcess. p resume.
Processor yield. log add: 2. Processor yield. log add: 4. log asArray''', '(1 2 3 4 )'),
    ('priorities', '''| log p | log := OrderedCollection new. p := [log add: 1] newProcess.
p priority: Processor activePriority + 1. p resume. log add: 2. log asArray''', '(1 2 )'),
    ('terminate', '''| s p | s := Semaphore new. p := [s wait. 3 zork] newProcess. p resume. Processor yield.
p terminate. s signal. 5''', '5'),
]

# name, code, the first line of the report
ERRORS = [
    ('not understood', '3 zork', 'spy: Message not understood: zork'),
    ('subscript', '(Array new: 3) at: 4', 'spy: subscript is out of bounds: 4'),
    ('error', "nil error: 'so'", 'spy: so'),
    ('arguments of a block', '[:x | x] value', 'spy: This block requires 1 arguments.'),
    ('evaluated in itself', '| b | b := [:x | b value: x]. b value: 3',
     'spy: Attempt to evaluate a block that is already being evaluated.'),
    ('syntax', '3 + ', 'spy: 3 + Argument expected ->'),
    ('no sender', 'thisContext swapSender: nil. 3', 'spy: Message not understood: cannotReturn:'),
    ('impossible size', 'Array new: -1', 'spy: a primitive has failed'),
]

RECURSION = define('forever', 'forever ^self forever + 1') + 'Object new forever'

# the classes of each image: how many, and the length of their names printed
CLASSES = '''| count stream | count := 0. stream := WriteStream on: String new.
Smalltalk allClassesDo: [:each | count := count + 1. stream print: each; cr]. Array with: count with: stream contents size'''
CLASSES_OF = {'mini': '(202 2680 )', 'mini-be': '(202 2680 )', 'squeak2.2-be': '(668 9439 )'}


def bench_fib(n):
    """What Integer>>benchFib answers: the number of sends."""
    a, b = 1, 1
    for _ in range(n):
        a, b = b, a + b + 1
    return a
