# Empties the folder of traces before the sandbox's tests write theirs.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
