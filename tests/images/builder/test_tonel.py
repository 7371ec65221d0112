# coding: utf-8
"""Tonel files: what the reader takes from them, and where it says that something is wrong."""
import io
import os

import pytest

from images.builder.errors import CompileError
from images.builder.tonel import read_package

POINT = u'''"I am a point. A ""quoted"" word.
Two lines; \u20ac."
Class {
	#name : #Point,
	#superclass : #Object,
	#instVars : [
		'x',
		'y'
	],
	#classVars : [ 'Origin' ],
	#classInstVars : [ 'cache', ],
	#pools : [],
	#type : #variable,
	#category : #'Graphics-Primitives'
}

{ #category : #'instance creation' }
Point class >> x: ax y: ay [

	^self new setX: ax y: ay
]

{ #category : #accessing }
Point >> x [
	"the ] in a comment"
	^{$]. ']'. #[1 2]. [x] value. $[ } first
]

Point>>+ other[ ^x ]

{ #category : 'empty' }
Point >> nothing [ ]
'''


def package(tmp_path, **files):
    folder = tmp_path / 'Pack-Age'
    folder.mkdir()
    for name, text in files.items():
        with io.open(str(folder / name.replace('_', '.')), 'w', encoding='utf-8') as f:
            f.write(text)
    return str(folder)


def test_a_class(tmp_path):
    path = package(tmp_path, Point_class_st=POINT, package_st=u"Package { #name : #'Pack-Age' }")
    found = read_package(path + os.sep)
    assert found.name == 'Pack-Age'
    definition, = found.classes
    assert definition.name == 'Point' and definition.superclass == 'Object' and definition.type == 'variable'
    assert definition.inst_vars == ['x', 'y'] and definition.class_vars == ['Origin']
    assert definition.class_inst_vars == ['cache'] and definition.pools == []
    assert definition.category == 'Graphics-Primitives'
    assert definition.comment == u'I am a point. A "quoted" word.\nTwo lines; \u20ac.'
    assert definition.line == 3 and definition.path == os.path.join(path, '', 'Point.class.st')
    assert [(m.class_name, m.meta, m.category, m.source, m.line, m.where.column, m.extension) for m in found.methods] == [
        ('Point', True, 'instance creation', u'x: ax y: ay\n\n\t^self new setX: ax y: ay', 18, 16, False),
        ('Point', False, 'accessing', u'x\n\t"the ] in a comment"\n\t^{$]. \']\'. #[1 2]. [x] value. $[ } first', 24, 10,
         False),
        ('Point', False, 'as yet unclassified', u'+ other\n\t^x', 29, 8, False),
        ('Point', False, 'empty', u'nothing', 32, 10, False)]


def test_extensions_and_defaults(tmp_path):
    path = package(tmp_path, Object_extension_st=u"Extension { #name : #Object }\n\n"
                                            u"{ #category : #'*foo' }\nObject >> bar [\n\t^$ \n]\n",
                   A_class_st=u"Class { #name : 'A', #superclass : 'nil' }")
    found = read_package(path)
    a, = found.classes
    assert (a.superclass, a.type, a.inst_vars, a.comment, a.category) == (None, 'normal', [], u'', 'Pack-Age')
    method, = found.methods
    assert method.extension and method.category == '*foo' and method.class_name == 'Object'
    assert method.source == u'bar\n\t^$ '


def test_line_ends_of_other_systems(tmp_path):
    folder = tmp_path / 'P'
    folder.mkdir()
    (folder / 'A.class.st').write_bytes(b"Class { #name : #A, #superclass : #B }\r\n\r\nA >> x [\r\n\t^1\r\n]\r\n")
    assert read_package(str(folder)).methods[0].source == u'x\n\t^1'


HEAD = u'Class { #name : #A, #superclass : #B }\n'


@pytest.mark.parametrize('text,line,column,message', [
    (u'', 1, 1, 'a name is expected'),
    (u'Klass { }', 1, 1, 'Class or Extension expected'),
    (u'Class { #superclass : #B }', 1, 27, '#name : of the class is missing'),
    (u'Class { #name : #A }', 1, 21, '#superclass : is missing'),
    (u'Class { #name : #A, #superclass : #B, #type : #odd }', 1, 53, 'odd is no type of class'),
    (u'Class { #name : #A, #superclass : #B, #instVar : [] }', 1, 54, 'instVar : is no part of a class definition'),
    (u'Class { #name : #A, #superclass : #B, #instVars : #x }', 1, 55, 'a list is expected for instVars'),
    (u'Class { #name #A }', 1, 15, ': expected'),
    (u'Class { #name : #A ', 1, 20, '} expected'),
    (u'"comment', 1, 1, 'unmatched "'),
    (HEAD + u'B >> x [ ]', 2, 1, 'the class is A, not B'),
    (HEAD + u'A > x [ ]', 2, 3, '>> expected'),
    (HEAD + u'A >> x', 2, 6, '[ expected'),
    (HEAD + u'A >> x\n[ ]', 2, 6, 'a method is: selector, [ on the same line, body, ]'),
    (HEAD + u'A >> x [ [ ]', 2, 9, 'the method has no closing ]'),
    (HEAD + u"A >> x [ 'a ]", 2, 10, "unmatched '"),
])
def test_errors(tmp_path, text, line, column, message):
    path = package(tmp_path, A_class_st=text)
    with pytest.raises(CompileError) as e:
        read_package(path)
    assert (e.value.line, e.value.column, e.value.message) == (line, column, message)
    assert e.value.path == os.path.join(path, 'A.class.st')


def test_what_is_not_utf8(tmp_path):
    folder = tmp_path / 'P'
    folder.mkdir()
    (folder / 'A.class.st').write_bytes(b'Class { #name : #A } "\xff"')
    with pytest.raises(CompileError) as e:
        read_package(str(folder))
    assert 'UTF-8' in e.value.message
