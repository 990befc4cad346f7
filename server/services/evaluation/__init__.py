"""Evaluation (考评): a period judged once, by rules that are data; kept as it was; appeals beside it.

- :mod:`.presets` reads the rules, :mod:`.units` and :mod:`.counting` find which issues count for which unit,
  :mod:`.scoring` makes scores and ranks of these lists, :mod:`.making` keeps them.
- What is kept never changes: the database refuses it, and the digest would show it. An issue that changes later
  changes nothing, as the lists of issues are kept with the figures.
- An appeal that is granted takes its issue out of the lists; score and rank after appeals are counted from what
  was kept and shown beside the original.
"""
