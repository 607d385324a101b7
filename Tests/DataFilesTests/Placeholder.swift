// Replaced as the tests are built.
