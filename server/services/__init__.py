"""The rules. Each module owns one subject; edges ask here and nowhere else."""
