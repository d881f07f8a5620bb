// Comfort on the pages of labelstore. Nothing needs it: every page and every control works by links and forms alone.
"use strict";
