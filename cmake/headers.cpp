// Empty: headers are compiled for a library, and that has to have a source (isolab_headers in isolab.cmake).
