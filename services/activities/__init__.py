"""Activities, who came, hours served, calls paid: what happened, on which day, and where."""
