"""Questions about places: which cell holds a point, how far, in which datum, how dense.

Pure: numpy, pandas, geopandas, shapely and pyproj; no web, database, network, clock or prose.
"""
