// Removed when the first real source of this folder lands.
