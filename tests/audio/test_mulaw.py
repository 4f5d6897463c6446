import warnings

import numpy as np

from ivr.audio.mulaw import decode, encode, heard
from ivr.audio.wav import read_wav

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydub.utils import audioop

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


def test_every_sample_becomes_the_byte_that_audioop_makes_of_it() -> None:
    assert encode(EVERY_SAMPLE) == audioop.lin2ulaw(EVERY_SAMPLE.tobytes(), 2)


def test_every_byte_becomes_the_sample_that_audioop_makes_of_it() -> None:
    every_byte = bytes(range(256))
    assert decode(every_byte).tobytes() == audioop.ulaw2lin(every_byte, 2)


def test_silence_and_the_loudest_are_what_g711_says() -> None:
    # G.711, table 2a: positive values start with a 1 and all character bits are inverted; 0 is 1111 1111.
    assert encode(np.array([0, 32767, -32768], dtype=np.int16)) == bytes([0xFF, 0x80, 0x00])


def test_a_loud_sample_may_be_off_by_more_than_a_soft_one() -> None:
    every = EVERY_SAMPLE.astype(int)
    error = np.abs(decode(encode(EVERY_SAMPLE)).astype(int) - every)
    assert np.all(error <= (np.abs(every) + 132) / 32 + 4)


def test_what_a_caller_hears_is_a_file_that_every_browser_plays() -> None:
    samples, rate = read_wav(heard(EVERY_SAMPLE))
    assert rate == 8000
    assert np.array_equal(samples, decode(encode(EVERY_SAMPLE)))
