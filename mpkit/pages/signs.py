from mpkit.pages.frame import head

head("page_signs")
