"""A kernel just large enough to start: Tonel packages written into a folder, for tests of the image builder.

`write(folder)` writes the packages; `add(folder, package, file, text)` one more file.  SystemDictionary >> startUp quits
with the status that the class variable Status of Tiny has, which its initialize sets to 42.
"""
import io
import os

# name, superclass, #type, instance variables
CLASSES = [
    ('ProtoObject', 'nil', 'normal', ''),
    ('Object', 'ProtoObject', 'normal', ''),
    ('Behavior', 'Object', 'normal', 'superclass methodDict format'),
    ('ClassDescription', 'Behavior', 'normal', 'instanceVariables organization'),
    ('Class', 'ClassDescription', 'normal', 'subclasses name classPool sharedPools environment category'),
    ('Metaclass', 'ClassDescription', 'normal', 'thisClass'),
    ('ClassOrganizer', 'Object', 'normal', 'comment selectors protocols'),
    ('UndefinedObject', 'Object', 'normal', ''),
    ('Boolean', 'Object', 'normal', ''),
    ('True', 'Boolean', 'normal', ''),
    ('False', 'Boolean', 'normal', ''),
    ('Integer', 'Object', 'normal', ''),
    ('SmallInteger', 'Integer', 'immediate', ''),
    ('LargePositiveInteger', 'Integer', 'bytes', ''),
    ('LargeNegativeInteger', 'LargePositiveInteger', 'bytes', ''),
    ('Float', 'Object', 'normal', ''),
    ('BoxedFloat64', 'Float', 'words', ''),
    ('ScaledDecimal', 'Object', 'normal', 'fraction scale'),
    ('Fraction', 'Object', 'normal', 'numerator denominator'),
    ('Point', 'Object', 'normal', 'x y'),
    ('Association', 'Object', 'normal', 'key value'),
    ('Message', 'Object', 'normal', 'selector args lookupClass'),
    ('Array', 'Object', 'variable', ''),
    ('ByteArray', 'Object', 'bytes', ''),
    ('Bitmap', 'Object', 'words', ''),
    ('String', 'Object', 'normal', ''),
    ('ByteString', 'String', 'bytes', ''),
    ('WideString', 'String', 'words', ''),
    ('Symbol', 'String', 'normal', ''),
    ('ByteSymbol', 'Symbol', 'bytes', ''),
    ('WideSymbol', 'Symbol', 'words', ''),
    ('Dictionary', 'Object', 'normal', 'tally array'),
    ('SystemDictionary', 'Dictionary', 'normal', ''),
    ('MethodDictionary', 'Object', 'variable', 'tally array'),
    ('CompiledCode', 'ByteArray', 'compiledMethod', ''),
    ('CompiledMethod', 'CompiledCode', 'compiledMethod', ''),
    ('CompiledBlock', 'CompiledCode', 'compiledMethod', ''),
    ('AdditionalMethodState', 'Object', 'variable', 'method selector'),
    ('Pragma', 'Object', 'normal', 'method keyword arguments'),
    ('Context', 'Object', 'variable', 'sender pc stackp method closureOrNil receiver'),
    ('BlockClosure', 'Object', 'variable', 'outerContext startpc numArgs'),
    ('LinkedList', 'Object', 'normal', 'firstLink lastLink'),
    ('Semaphore', 'LinkedList', 'normal', 'excessSignals'),
    ('Process', 'Object', 'normal', 'nextLink suspendedContext priority myList'),
    ('ProcessorScheduler', 'Object', 'normal', 'quiescentProcessLists activeProcess'),
]
OF_FORMATS = {
    'Tiny-Spur': [('Character', 'Object', 'immediate', ''), ('FullBlockClosure', 'BlockClosure', 'variable', 'receiver')],
    'Tiny-Spur64': [('SmallFloat64', 'Float', 'immediate', '')],
    'Tiny-V3': [('Character', 'Object', 'normal', 'value')],
}

SYMBOL = u'''"I am a unique string."
Class { #name : #Symbol, #superclass : #String, #classVars : [ 'Table' ] }

Symbol class >> installSymbols: symbols [
	Table := symbols
]

Symbol class >> table [
	^Table
]
'''

DICTIONARY = u'''Extension { #name : #Dictionary }

Dictionary >> rehash [
	^self
]
'''

TINY = u'''"I am here to be initialized.
My comment has two lines!"
Class {
	#name : #Tiny,
	#superclass : #Object,
	#classVars : [ 'Status' ],
	#classInstVars : [ 'count' ],
	#category : #'Tiny-Things'
}

{ #category : #'class initialization' }
Tiny class >> initialize [
	<note: 'first' of: #(1 $a 2.5)>
	Status := #(40 1 1) inject: 0 into: [ :sum :each | sum + each ].
	count := 7
]

{ #category : #accessing }
Tiny class >> status [
	^Status
]

Tiny class >> count [
	^count
]
'''

ARRAY = u'''Extension { #name : #Array }

{ #category : #enumerating }
Array >> inject: first into: aBlock [
	| result |
	result := first.
	1 to: self size do: [ :i | result := aBlock value: result value: (self at: i) ].
	^result
]

Array >> at: index [
	<primitive: 60>
	^nil
]

Array >> size [
	<primitive: 62>
	^0
]
'''

BLOCKS = {
    'spur': u'''Extension { #name : #FullBlockClosure }

FullBlockClosure >> value: a value: b [
	<primitive: 207>
	^nil
]
''',
    'any': u'''Extension { #name : #BlockClosure }

BlockClosure >> value: a value: b [
	<primitive: 204>
	^nil
]
'''}

SYSTEM = u'''Extension { #name : #SystemDictionary }

{ #category : #starting }
SystemDictionary >> startUp [
	self quit: Tiny status
]

SystemDictionary >> quit: status [
	<primitive: 113>
]

SystemDictionary >> bigNumber [
	^123456789012345678901234567890
]
'''


def add(folder, package, file, text):
    directory = os.path.join(folder, package)
    if not os.path.isdir(directory):
        os.makedirs(directory)
    with io.open(os.path.join(directory, 'package.st'), 'w', encoding='utf-8') as out:
        out.write(u"Package { #name : #'%s' }\n" % package)
    with io.open(os.path.join(directory, file), 'w', encoding='utf-8') as out:
        out.write(text)


def class_text(name, superclass, type, inst_vars):
    names = u', '.join(u"'%s'" % each for each in inst_vars.split())
    return u'Class { #name : #%s, #superclass : #%s, #type : #%s, #instVars : [ %s ] }\n' % (name, superclass, type, names)


def write(folder):
    """Write the packages below a folder, which is made if need be; answers its path as text."""
    folder = str(folder)
    for definition in CLASSES:
        add(folder, 'Tiny', definition[0] + '.class.st', class_text(*definition))
    for package in OF_FORMATS:
        for definition in OF_FORMATS[package]:
            add(folder, package, definition[0] + '.class.st', class_text(*definition))
    add(folder, 'Tiny', 'Symbol.class.st', SYMBOL)
    add(folder, 'Tiny', 'Tiny.class.st', TINY)
    add(folder, 'Tiny', 'Dictionary.extension.st', DICTIONARY)
    add(folder, 'Tiny', 'Array.extension.st', ARRAY)
    add(folder, 'Tiny', 'SystemDictionary.extension.st', SYSTEM)
    add(folder, 'Tiny', 'BlockClosure.extension.st', BLOCKS['any'])
    add(folder, 'Tiny-Spur', 'FullBlockClosure.extension.st', BLOCKS['spur'])
    return folder
