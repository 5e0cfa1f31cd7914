//! Every certificate, what uses it, who owns it, and what breaks next.
