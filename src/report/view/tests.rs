//! The view on a terminal in memory: what is drawn, and where the keys lead.
