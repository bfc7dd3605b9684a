"""Acts: what happens, each done by one person or model at one time, and kept for ever. A file for each kind of stream.

A task's state is a fold over its acts (``oversight.caption_task``); nothing else is stored as truth. New kinds are
added to the file of their stream and to ``kinds.ACTS``; a changed kind raises ``codec.SCHEMA`` and brings an upcaster.
"""
