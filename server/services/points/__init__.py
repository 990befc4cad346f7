"""Files of points, whatever their format, through a locator: read in batches, placed, written in batches.

One format is one reader and one writer, registered by suffix (:mod:`.formats`); batches are Arrow record
batches. Tables can be read and written without pyarrow too, one row at a time (:mod:`.plain`).
"""
