"""Loading Spur segments into Spur images of the same word size."""
from spyvm.image.segment.load import LoadPart
from spyvm.image.segment.read_spur import SpurSegment
from spyvm.image.spur import FIRST_INDEX, SpurLoader


class SpurLoad(LoadPart, SpurSegment):
    def immediate(self, oop):
        index = self.out_index(oop)
        if index >= 0 and index < self.out_count:
            return self.outs[index]
        return SpurLoader.immediate(self, oop)

    def place_of_class(self):
        return self.place_of((self.key - FIRST_INDEX) << 3)
