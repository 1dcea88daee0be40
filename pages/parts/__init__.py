"""What the pages share: the shell around them, forms, galleries, caches. A subfolder of pages/ is no page."""
