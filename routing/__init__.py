"""The pure decision core: commands and the time go in, events come out; no clock, no input or output."""
