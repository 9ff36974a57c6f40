"""Problems that carry their own exact answer."""
